"""The search for slips, its order, and the guard of "two things at once", without a worker."""

from types import SimpleNamespace

import numpy as np
import pytest
from grader.causes.both import _Towards
from grader.causes.evidence import Evidence, evidence
from grader.causes.search import Trial, search
from grader.causes.slips import of_slips
from grader.causes.suspects import FIRST, LAST, by_suspicion
from grader.clock import Clock
from grader.diagnose import Step
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, grade
from grader.judge import Complaint, Terms
from grader.mutants.mended import repairs
from grader.mutants.switches import switched
from grader.sandbox.execute import Outcome, Request, load_module
from grader.sandbox.in_process import InProcess

BAD = Complaint("values", "1", "0")


def found_of(number, old, new):
    """The evidence of a reference in which some code is other code."""
    exercise = find_exercise(number, find_exercises())
    source = exercise.reference_path.read_text(encoding="utf-8")
    assert source.count(old) == 1
    module = load_module("spoiled", "spoiled.py", source.replace(old, new))
    run = grade(exercise, InProcess(module, exercise.tests))
    failed = next(result for result in run.results if result.status == FAILED)
    return evidence(exercise, failed.step, run.steps, run.clock), source.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("(dy * y).sum", "(dy * y).mean", "a sum is divided by the number of its terms"),
        ("(dy * y).sum", "(dy + y).sum", "another operation stands in one place: `dy + y`"),
        ("(dy * y).sum", "(np.sin(dy) * y).sum", ""),
    ],
)
def test_the_slip_whose_numbers_these_are_is_told(old, new, said):
    found, source = found_of("ex01", old, new)
    with np.errstate(all="ignore"), found.clock:
        told = of_slips(found, source, pairs=False)
    assert told.startswith(f"your numbers are those of a right answer in which {said}" * bool(said))
    assert bool(told) == bool(said), told


CODE = """
import numpy as np
def f(x, y):
    a = x * 3
    b = x + y
    c = np.sum(y, axis=0)
    return a, b, c
"""
X, Y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[7.0, 11.0], [13.0, 17.0]])


class Here(Trial):
    """A source with switches, in this process."""

    def __init__(self, source, step):
        clock = Clock(60)
        found = Evidence(find_exercise("ex08", find_exercises()), step, [step], [step], clock)
        super().__init__(found, 60)
        self.module = load_module("switched", "switched.py", source)

    def target(self, step):
        return step.expected.outputs[0]

    def ask(self, name, step, *more):
        return getattr(self.module, name)("f", step.request.args, {}, False, *more)

    def holds(self, chosen):
        (answer,), _ = self.ask("_tries_", self.found.failed, [[(s.place, s.form) for s in chosen]])
        return self.right_outputs(self.found.failed, answer) == [""]


def trial_of(code, right):
    """A trial of wrong code that is to give what right code gives; and the changes of it."""
    source, slips = switched(code, repairs)
    wanted = load_module("right", "right.py", right).f(X, Y)
    given = load_module("wrong", "wrong.py", code).f(X, Y)
    out, expected = Outcome([given], [], [], None, 0), Outcome([wanted], [], [], None, 0)
    step = Step(b"", Request("f", [X, Y], {}), Terms(), ["x", "y"], out, expected, BAD)
    return Here(source, step), slips


def test_a_place_that_spoils_nothing_right_comes_first():
    trial, slips = trial_of(CODE.replace("x + y", "x - y"), CODE)
    suspected = by_suspicion(trial, trial.found.failed, slips)
    found = {slip.before: suspected(slip) for slip in slips}
    assert found["x - y"] == FIRST
    assert found["x * 3"] == found["np.sum(y, axis=0)"] == LAST


def test_of_each_wrong_output_its_own_change_is_found():
    wrong = CODE.replace("x + y", "x - y").replace("axis=0", "axis=1")
    trial, slips = trial_of(wrong, CODE)
    (chosen,) = search(trial, slips, pairs=False)
    assert sorted(slip.line for slip in chosen) == [5, 6]


def test_a_change_that_spoils_another_output_is_no_part_of_a_mend():
    trial, _ = trial_of(CODE.replace("x * 3", "x * 4"), CODE)
    spoiled = (X * 3, X - Y, Y.sum(0))
    assert trial.right_outputs(trial.found.failed, spoiled) == []
    assert trial.right_outputs(trial.found.failed, (X * 3, X + Y, Y.sum(0))) == [""]


@pytest.mark.parametrize(
    ("after", "held"),
    [
        ([None, BAD], True),
        ([BAD, BAD], False),  # nothing is mended, so the change may have brought the mistake in
        ([None, None], False),  # nothing is left of the mistake
    ],
)
def test_two_things_are_at_once_only_where_one_is_mended_and_one_left(monkeypatch, after, held):
    steps = [SimpleNamespace(complaint=BAD, expected=0, terms=0, request=0, names=0) for _ in "ab"]
    said = dict(zip(map(id, steps), after))
    monkeypatch.setattr("grader.causes.both.judge", lambda outcome, *_: said[id(outcome)])
    trial = object.__new__(_Towards)
    trial.found = SimpleNamespace(every=steps)
    trial.clock = SimpleNamespace(over=False)
    trial.choose, trial.timed = lambda _: None, lambda step: step
    trial.mistake, trial.doctor = None, SimpleNamespace(gives=lambda *_: True)
    assert trial.holds(()) is held
    trial.doctor = SimpleNamespace(gives=lambda *_: False)
    assert trial.holds(()) is False
