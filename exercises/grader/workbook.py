"""One grading run of ``pytest exercises/``: which answers, how each check went, what is shown."""

import contextlib
from pathlib import Path

import numpy as np
import pytest
from attention_workbook.checking import note
from attention_workbook.place import Place
from attention_workbook.routes import in_turn
from attention_workbook.solution import laid_beside
from attention_workbook.state import Progress

from grader.exercise import SOLUTIONS, Exercise, find_exercises
from grader.files import require_place
from grader.grading import FAILED, NOT_STARTED, PARTIAL, PASSED, Result, Run, Score
from grader.home import fingerprint, home_of, laid_out
from grader.sandbox.runner import Sandboxed
from grader.scoreboard import shown
from grader.verdict import forfeited, in_full

LETTERS = {PASSED: (".", "green"), FAILED: ("F", "red"), NOT_STARTED: ("-", "yellow")}


def named_paths(config: pytest.Config) -> list[Path]:
    """The files and folders on the command line."""
    return [Path(argument.partition("::")[0]).resolve() for argument in config.args]


def require_numpy(version: str = np.__version__) -> None:
    """Raise ValueError, in a sentence, under a NumPy that the references cannot run on."""
    if int(version.partition(".")[0]) < 2:
        raise ValueError(
            f"the workbook needs NumPy 2, and this Python has {version}: "
            "python -m pip install 'numpy>=2'"
        )


class Workbook:
    """One grading run: the answers' folder, the exercises, and what came of each."""

    def __init__(self, config: pytest.Config) -> None:
        """Raises ValueError, in a sentence, if an option names no place to read or write."""
        self.config = config
        self.solutions = bool(config.getoption("--solutions"))
        chosen = config.getoption("--workbook")
        if chosen and not Path(chosen).is_dir():
            raise ValueError(f"--workbook {chosen}: there is no such folder")
        self.home = home_of(config.rootpath)
        self.answers = SOLUTIONS if self.solutions else Path(chosen or self.home).resolve()
        target = config.getoption("--score-json")
        self.score_json = Path(target) if target else None
        if self.score_json is not None:
            require_place(self.score_json, "--score-json")
        self.exercises = {exercise.folder: exercise for exercise in find_exercises(self.home)}
        self.missing: dict[str, str] = {}
        self.runs: dict[str, Run] = {}
        self.results: dict[str, tuple[Run, Result]] = {}
        self.unwritten = ""
        self._prints: dict[str, str] = {}
        self.quiet = False
        self.last: Exercise | None = None  # to be graded in this run
        self._line_of = ""

    def holds(self, path: Path) -> bool:
        """Whether a path lies in the workbook."""
        return self.home in (path, *path.parents)

    def place(self) -> Place:
        """Where a command runs that is given as a flag."""
        here, paths = self.config.invocation_params.dir, named_paths(self.config)
        chosen = [
            exercise
            for exercise in self.exercises.values()
            if any(exercise.folder in (path, *path.parents) for path in paths)
        ]
        return Place(self.home, self.answers, here, self.typed, tuple(chosen))

    def typed(self, command: str, argument: str) -> str:
        """How a command is typed at this door; check is pytest itself."""
        home = shown(self.home, self.config.invocation_params.dir)
        if command == "check":
            return f"pytest {argument if home == '.' else f'{home}/{argument}'}"
        return " ".join(filter(None, ("pytest", home.removeprefix("."), f"--{command}", argument)))

    def exercise_of(self, path: Path) -> Exercise | None:
        """The exercise a test file belongs to."""
        return self.exercises.get(path.parent.resolve())  # a checkout may be reached by a link

    def run_of(self, exercise: Exercise) -> Run:
        """The run of an exercise; starting one ends the worker of the one before."""
        if exercise.name not in self.runs:
            self.close()
            self._prints[exercise.name] = fingerprint(exercise, self.answers)
            candidate = Sandboxed(exercise, self.answers / exercise.name / exercise.file)
            if not candidate.untouched:
                with contextlib.suppress(OSError):  # told by the first check
                    candidate.wake()
            self.runs[exercise.name] = Run(exercise, candidate)
        return self.runs[exercise.name]

    def scores(self) -> list[Score]:
        """The scoreboard's lines, in the order of the exercises' names."""
        given_up = self._given_up() if self.answers == self.home else set()
        return [
            forfeited(run.score()) if name in given_up else run.score()
            for name, run in sorted(self.runs.items())
        ]

    def in_turn(self) -> list[Exercise]:
        """The exercises in the order in which they are to be solved."""
        done = [name for name, run in sorted(self.runs.items()) if run.score().status == PASSED]
        return in_turn(self.exercises.values(), Progress(self.home), done)

    def _given_up(self) -> set[str]:
        exercises = Progress(self.home).read()["exercises"]
        return {name for name, entry in exercises.items() if "gave_up" in entry}

    def remember(self) -> list[str]:
        """Note tries and passes in a student's own folder; returns what could not be noted."""
        if self.answers != self.home or not laid_out(self.home):
            return []
        progress = Progress(self.home)
        for name, run in self.runs.items():
            print_ = self._prints[name]
            if run.score().status != PARTIAL:
                note(run, progress, print_)
            if run.score().status == PASSED:
                laid_beside(run.exercise, self.place())
        return progress.notes

    def close(self) -> None:
        """End every worker."""
        for run in self.runs.values():
            run.candidate.close()

    def category(self, run: Run, result: Result) -> str:
        """pytest's name for the result; the first failures of a function are shown in full."""
        if result.repeated:
            return "not tried"
        brief = self.quiet and self.config.get_verbosity() <= 0 and result.status == FAILED
        return "more failed" if brief and not in_full(run, result) else result.status

    def show_progress(self, exercise: str, status: str) -> None:
        """A line for each exercise that is started, a letter for each check."""
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None or not self.quiet or terminal.verbosity > 0:
            return
        if status == NOT_STARTED and self._line_of != exercise:
            return
        if self._line_of != exercise:
            terminal.ensure_newline()
            terminal.write(f"{exercise:<28} ")
            self._line_of = exercise
        letter, colour = LETTERS[status]
        terminal.write(letter, flush=True, **{colour: True})
        terminal.currentfspath = -2
