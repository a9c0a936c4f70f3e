"""One grading run of ``pytest exercises/``: which answers, how each check went, what is shown."""

from pathlib import Path

import numpy as np
import pytest

from grader.exercise import EXERCISES, SOLUTIONS, Exercise, find_exercises
from grader.files import require_place
from grader.grading import FAILED, NOT_STARTED, PASSED, Result, Run, Score
from grader.sandbox.runner import Sandboxed

FULL_PER_FUNCTION, FULL_PER_EXERCISE = 2, 4
LETTERS = {PASSED: (".", "green"), FAILED: ("F", "red"), NOT_STARTED: ("-", "yellow")}


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
        self.answers = SOLUTIONS if self.solutions else Path(chosen or EXERCISES).resolve()
        target = config.getoption("--score-json")
        self.score_json = Path(target) if target else None
        if self.score_json is not None:
            require_place(self.score_json, "--score-json")
        self.exercises = {exercise.folder: exercise for exercise in find_exercises()}
        self.missing: dict[str, str] = {}
        self.runs: dict[str, Run] = {}
        self.results: dict[str, tuple[Run, Result]] = {}
        self.unwritten = ""
        self.quiet = False
        self._line_of = ""

    def exercise_of(self, path: Path) -> Exercise | None:
        """The exercise a test file belongs to."""
        return self.exercises.get(path.parent.resolve())  # a checkout may be reached by a link

    def run_of(self, exercise: Exercise) -> Run:
        """The run of an exercise; starting one ends the worker of the one before."""
        if exercise.name not in self.runs:
            self.close()
            candidate = Sandboxed(exercise, self.answers / exercise.name / exercise.file)
            self.runs[exercise.name] = Run(exercise, candidate)
        return self.runs[exercise.name]

    def scores(self) -> list[Score]:
        """The scoreboard's lines, in the order of the exercises' names."""
        return [run.score() for _, run in sorted(self.runs.items())]

    def close(self) -> None:
        """End every worker."""
        for run in self.runs.values():
            run.candidate.close()

    def category(self, run: Run, result: Result) -> str:
        """pytest's name for the result; the first failures of a function are shown in full."""
        if result.repeated:
            return "not tried"
        brief = self.quiet and self.config.get_verbosity() <= 0 and result.status == FAILED
        return "more failed" if brief and not _in_full(run, result) else result.status

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


def _in_full(run: Run, result: Result) -> bool:
    """Whether a failure is among the first of its function, and of its exercise."""
    shown: list[str] = []
    reports = 0
    for one in run.results:
        fresh = any(shown.count(name) < FULL_PER_FUNCTION for name in one.functions)
        if one.status != FAILED or not (one.fault or (fresh and reports < FULL_PER_EXERCISE)):
            continue
        if one is result:
            return True
        shown += one.functions
        reports += 1
    return False
