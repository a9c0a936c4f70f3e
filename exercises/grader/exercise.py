"""Finds the exercises and reads what belongs to one: question, checks, reference, variants."""

import re
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from grader.kit import Variant

EXERCISES = Path(__file__).resolve().parent.parent
SOLUTIONS = EXERCISES.parent / "solutions"
BESIDE_THE_REFERENCE = {"mistakes.py", "styles.py", "stub.py"}
ORIGIN = r"\*\*From:\*\*\s*(.+?)\s*$"
ASKED = r"^\*\*Asked:\*\*\s*(.+?)\s*$"


class Head(NamedTuple):
    """What the first lines of a question say."""

    title: str
    points: int
    minutes: int
    difficulty: str
    origin: str
    asked: str


def load_module(name: str, path: str, source: str | None = None) -> ModuleType:
    """A file's module; what runs it needs NumPy, what only reads questions does not."""
    from grader.sandbox import execute

    return execute.load_module(name, path, source)


class Exercise:
    """One folder of the workbook and the solution folder of the same name."""

    def __init__(self, folder: Path, solutions: Path = SOLUTIONS) -> None:
        self.folder = folder
        self.name = folder.name
        self.number = folder.name.partition("_")[0]
        self.solution = solutions / folder.name
        self.grader_home = EXERCISES
        self.tests_path = folder / f"test_{self.name}.py"
        root = folder.parent.parent
        self.fences = [
            *(folder.parent, solutions, EXERCISES, EXERCISES.parent / "tests"),
            *(root / "attention", root / "profile"),
        ]

    @cached_property
    def file(self) -> str:
        """Name of the file to write, taken from the solution's folder."""
        names = sorted(
            path.name
            for path in self.solution.glob("*.py")
            if path.name not in BESIDE_THE_REFERENCE
        )
        if len(names) != 1:
            raise FileNotFoundError(
                f"{self.solution} must hold exactly one reference file beside mistakes.py and "
                f"styles.py, but holds {names or 'none'}"
            )
        return names[0]

    @property
    def reference_path(self) -> Path:
        """The reference's file."""
        return self.solution / self.file

    @cached_property
    def parts(self) -> dict["Exercise", tuple[str, ...]]:
        """Other exercises whose functions belong to an answer of this one, with their names."""
        return {
            Exercise(self.folder.parent / folder, self.solution.parent): names
            for folder, names in getattr(self.tests, "PARTS", {}).items()
        }

    @property
    def seconds(self) -> float | None:
        """How long one call may take, where an exercise needs longer than most."""
        return getattr(self.tests, "SECONDS", None)

    @cached_property
    def _reference_source(self) -> str:
        return self.reference_path.read_text(encoding="utf-8")

    def new_reference(self) -> ModuleType:
        """A fresh module of the reference, so that a variant may replace a function in it."""
        name = f"reference_{self.name}"
        module = load_module(name, str(self.reference_path), self._reference_source)
        for part, names in self.parts.items():
            for function in names:
                setattr(module, function, getattr(part.reference, function))
        return module

    @cached_property
    def reference(self) -> ModuleType:
        """The reference itself."""
        return self.new_reference()

    @cached_property
    def tests(self) -> ModuleType:
        """The test file, for its drives; pytest imports a copy of its own."""
        return load_module(f"checks_of_{self.name}", str(self.tests_path))

    @cached_property
    def lacks(self) -> str:
        """The package without which its checks cannot be run, if it is not installed."""
        try:
            _ = self.tests
        except ModuleNotFoundError as problem:
            return (problem.name or "a package").partition(".")[0]
        return ""

    @cached_property
    def checks(self) -> dict[str, Any]:
        """The test functions in the order of the file."""
        return {
            name: value
            for name, value in vars(self.tests).items()
            if name.startswith("test_") and callable(value)
        }

    @property
    def forbidden(self) -> dict[str, str]:
        """Names this exercise forbids beyond the workbook's rules, with the reasons."""
        return getattr(self.tests, "FORBIDDEN", {})

    @cached_property
    def public(self) -> list[str]:
        """Functions and classes of the reference that an answer must have, in order."""
        return [
            name
            for name, value in vars(self.reference).items()
            if not name.startswith("_")
            and callable(value)
            and getattr(value, "__module__", None) == self.reference.__name__
        ]

    @cached_property
    def mistakes(self) -> "list[Variant]":
        """The wrong answers of mistakes.py."""
        return self._variants("mistakes.py", "MISTAKES")

    @cached_property
    def styles(self) -> "list[Variant]":
        """The right answers of styles.py."""
        return self._variants("styles.py", "STYLES")

    def _variants(self, file: str, shelf: str) -> "list[Variant]":
        path = self.solution / file
        if not path.is_file():
            return []
        module = load_module(f"{path.stem}_of_{self.name}", str(path))
        variants = getattr(module, shelf, [])
        return [
            variant._replace(replaces=variant.replaces or self._default_target(variant.name))
            for variant in variants
        ]

    def _default_target(self, name: str) -> str:
        return name if name in self.public else self.public[0]

    def with_variant(self, variant: "Variant") -> ModuleType:
        """The reference with one function replaced."""
        module = self.new_reference()
        setattr(module, str(variant.replaces), variant.function)
        return module

    @cached_property
    def question(self) -> str:
        """The text of the exercise's README."""
        path = self.folder / "README.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @cached_property
    def head(self) -> Head:
        """Title, points, minutes, difficulty, origin and use, as the README states them."""
        text = self.question

        def find(pattern: str, default: str) -> str:
            match = re.search(pattern, text, re.MULTILINE)
            return match.group(1).strip() if match else default

        return Head(
            find(r"^# *ex\d+ *· *(.+)$", self.name),
            int(find(r"\*\*Points:\*\* *(\d+)", "10")),
            int(find(r"\*\*Minutes:\*\* *(\d+)", "30")),
            find(r"\*\*Difficulty:\*\* *([●○]+)", "●○○"),
            find(ORIGIN, ""),
            find(ASKED, ""),
        )


def find_exercises(folder: Path = EXERCISES, solutions: Path = SOLUTIONS) -> list[Exercise]:
    """Every exercise with checks and a reference, in the order of its number."""
    return [
        Exercise(path, solutions)
        for path in sorted(folder.glob("ex[0-9][0-9]_*"))
        if (path / f"test_{path.name}.py").is_file() and (solutions / path.name).is_dir()
    ]


def find_exercise(name: str, exercises: list[Exercise]) -> Exercise:
    """The exercise called "ex02", "2" or "ex02_attention". Raises ValueError, naming the others."""
    digits = name.lower().removeprefix("ex")
    short = digits.isdecimal() and digits.isascii()
    wanted = f"ex{int(digits):02d}" if short else name
    words = {wanted, *Path(name).parts}  # a path to its file, as a shell completes it
    for exercise in exercises:
        if words & {exercise.name, exercise.number}:
            return exercise
    if any(words & {exercise.name, exercise.number} for exercise in find_exercises()):
        raise ValueError(
            f"{name} belongs to the workbook and is not in this folder: give its folder its name "
            "back, or lay it out again with attention-workbook update"
        )
    known = f"{exercises[0].number} to {exercises[-1].number}" if exercises else "none"
    raise ValueError(f"there is no exercise {name!r}; there are {known}")
