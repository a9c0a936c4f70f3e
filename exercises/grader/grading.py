"""Grades one answer to one exercise: runs its checks in order, and counts what they earn."""

import inspect
import zlib
from collections import Counter, defaultdict
from typing import NamedTuple

import numpy as np

from grader.callees import to_blame
from grader.checks import Candidate, Check, CheckFailed, NotStarted
from grader.clock import Clock
from grader.diagnose import Doctor, Step, doctor_of
from grader.exercise import Exercise
from grader.kit import Variant
from grader.mutants.switches import Slip
from grader.sandbox.runner import Unusable

PATIENCE = 6.0  # seconds of computing in which causes are searched for, of one answer
PASSED, FAILED, NOT_STARTED, PARTIAL = "passed", "failed", "not started", "partial"


class Result(NamedTuple):
    """What one check came to.

    ``reason`` and ``line`` are set when the file cannot be run; ``repeated`` when that was said
    before; ``fault`` when the check itself is broken, which is no student's doing.
    """

    check: str
    status: str
    functions: tuple[str, ...] = ()
    step: Step | None = None
    reason: str = ""
    line: int = 0
    repeated: bool = False
    fault: bool = False


class Score(NamedTuple):
    """An exercise's line on the scoreboard; partial when only some of its checks were run.

    ``case`` is the first failed check whose inputs can be shown.
    """

    name: str
    status: str
    points: int
    out_of: int
    checks_passed: int
    checks: int
    diagnoses: list[str]
    checks_run: int = 0
    checks_failed: int = 0
    case: str = ""
    given_up: bool = False


class Run:
    """One answer being graded."""

    def __init__(
        self, exercise: Exercise, candidate: Candidate, doctor: Doctor | None = None
    ) -> None:
        self.exercise, self.candidate = exercise, candidate
        self.doctor = doctor or doctor_of(exercise)
        self.results: list[Result] = []
        self.steps: list[Step] = []
        self._steps_of: dict[str, list[Step]] = {}
        self._diagnoses: dict[tuple[int, int], list[Variant]] = {}  # by step, and steps seen
        self._unusable_said = False
        self.searches: defaultdict[str, list[str]] = defaultdict(list)  # causes, by function
        self.proven: dict[str, str] = {}  # by function: the change that mends every call of it
        self.hurried = False  # whether a search for such a change ran out of time
        self.mended: list[tuple[Slip, ...]] = []  # changes of the file that make a function right
        self.clock = Clock(PATIENCE)

    def search_with(self, clock: Clock) -> None:
        """Look for causes afresh, with the seconds of `clock`."""
        self.clock, self.hurried = clock, False
        self.searches.clear()
        self.proven.clear()

    def new_check(self, name: str) -> Check:
        """The ``check`` for one test. Raises NotStarted if the whole file is still a stub."""
        if getattr(self.candidate, "untouched", False):
            raise NotStarted(self.exercise.file)
        return Check(self.exercise, self.candidate, name)

    def record(self, name: str, check: Check | None, problem: BaseException | None) -> Result:
        """Note how a test ended."""
        functions = tuple(check.functions) if check is not None else ()
        if check is not None:
            self.steps += check.steps
            self._steps_of[name] = check.steps
        if isinstance(problem, NotStarted):
            result = Result(name, NOT_STARTED, functions)
        elif isinstance(problem, Unusable):
            said, self._unusable_said = self._unusable_said, True
            result = Result(
                *(name, FAILED, functions),
                reason=str(problem),
                line=problem.line,
                repeated=said,
            )
        elif isinstance(problem, CheckFailed):
            result = Result(name, FAILED, functions, problem.step)
        elif problem is None and check is not None and check.steps:
            result = Result(name, PASSED, functions)
        else:
            reason = f"{type(problem).__name__}: {problem}" if problem else "it compared nothing"
            result = Result(name, FAILED, functions, reason=reason, fault=True)
        self.results.append(result)
        return result

    def steps_of(self, name: str) -> list[Step]:
        """The calls of one check, in order."""
        return self._steps_of.get(name, [])

    def diagnoses(self, result: Result) -> list[Variant]:
        """The known mistakes that explain a failed check, none of a caller of what fails itself."""
        if result.step is None:
            return []
        key = id(result.step), len(self.steps)
        if key not in self._diagnoses:
            self._diagnoses[key] = self._diagnosed(result.step)
        return self._diagnoses[key]

    def _diagnosed(self, step: Step) -> list[Variant]:
        known = self.doctor.resolve(step, self.steps)
        blamed = self.to_blame(step) if known else set()
        called = blamed - set(step.expected.used)
        return [
            mistake
            for mistake in known
            if not blamed
            or mistake.replaces in blamed
            or (not called and self.doctor.explains_its_function(mistake, self.steps))
        ]

    def to_blame(self, step: Step) -> set[str]:
        """The functions that are at fault before those that a call asks for."""
        return to_blame(self.candidate.source, self.steps, step)

    def score(self, named: bool = True) -> Score:
        """Points in proportion of the checks that earn, rounded down; a part earns a part.

        Whether a function's values are right is told by its first check in the exercise's order,
        in whatever order the checks were run. Without ``named`` no mistake is looked for, which
        is what takes long for a wrong answer.
        """
        results = self._in_order()
        first: dict[str, str] = {}
        earned = 0
        for result in results:
            for function in result.functions:
                first.setdefault(function, result.status)
            if result.status == PASSED and all(first[f] == PASSED for f in result.functions):
                earned += 1
        total = len(self.exercise.checks)
        wrong = results if named else []
        names = dict.fromkeys(mistake.name for r in wrong for mistake in self.diagnoses(r))
        count = Counter(result.status for result in results)
        points = self.exercise.head.points * earned // total if total else 0
        return Score(
            *(self.exercise.name, self._status(results, earned)),
            *(points, self.exercise.head.points, count[PASSED], total),
            *(list(names), len(results), count[FAILED]),
            next((result.check for result in results if result.step is not None), ""),
        )

    def _in_order(self) -> list[Result]:
        """The last result of each check, in the order of the exercise."""
        last = {result.check: result for result in self.results}
        known = [last.pop(name) for name in self.exercise.checks if name in last]
        return known + list(last.values())

    def _status(self, results: list[Result], earned: int) -> str:
        started = any(result.status != NOT_STARTED for result in results)
        whole = len(results) == len(self.exercise.checks)
        if not started and (whole or getattr(self.candidate, "untouched", False)):
            return NOT_STARTED
        if not whole:
            return PARTIAL
        return PASSED if earned == len(results) else FAILED


def generator_for(exercise: str, check: str, secret: int | None = None) -> np.random.Generator:
    """The random numbers of one test: the same in every run, others in every test.

    Those of a ``secret`` seed are known to nobody who does not know it.
    """
    seed = zlib.crc32(f"{exercise}:{check}".encode())
    return np.random.default_rng(seed if secret is None else [seed, secret])


def grade(
    exercise: Exercise,
    candidate: Candidate,
    doctor: Doctor | None = None,
    secret: int | None = None,
) -> Run:
    """Run every check of an exercise on one answer, without pytest, on inputs of a secret seed."""
    run = Run(exercise, candidate, doctor)
    for name in exercise.checks:
        check, problem = None, None
        try:
            check = run.new_check(name)
            tried(check, secret)
        except (Exception, Unusable) as raised:
            problem = raised
        run.record(name, check, problem)
    return run


def tried(check: Check, secret: int | None = None) -> None:
    """Run one test. Raises what it raises: CheckFailed if the answer is wrong."""
    test = check.exercise.checks[check.name]
    fixtures = {"check": check, "rng": generator_for(check.exercise.name, check.name, secret)}
    test(**{key: fixtures[key] for key in inspect.signature(test).parameters})
