"""What fits by chance is not told: plateaus, sizes that agree, sums of truths, odd rows."""

from types import SimpleNamespace

import numpy as np
import pytest
from grader.causes.evidence import Evidence
from grader.causes.factors import constant_factor
from grader.causes.outputs import outputs
from grader.causes.places import of_lines
from grader.causes.values import one_output
from grader.causes.what_if import _factor
from grader.clock import Clock
from grader.diagnose import Step
from grader.exercise import find_exercise, find_exercises
from grader.grading import grade
from grader.judge import Complaint, Terms
from grader.mutants.mended import repairs
from grader.mutants.switches import switched
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.in_process import InProcess

from tests.workbook.test_causes import causes_of

BAD = Complaint("values", "1", "0", where="[0]")
EX05 = find_exercise("ex05", find_exercises())


def step_of(got, wanted, *args, names=("x",), name="padding_mask"):
    out, right = (Outcome([value], [], [], None, 0) for value in (got, wanted))
    return Step(b"", Request(name, list(args), {}), Terms(), list(names), out, right, BAD)


@pytest.mark.parametrize(("floor", "told"), [(0.0, 3.0), (9.0, 0.0)])
def test_a_factor_is_told_only_where_another_would_give_other_numbers(floor, told):
    """Of what saturates many factors give the same."""

    def run(request):
        x = request.args[0]
        return SimpleNamespace(outputs=[np.maximum(np.round(x, 12), floor)], error=None)

    x = np.linspace(0.1, 1, 6)
    step = step_of(np.maximum(3 * x, floor), np.maximum(x, floor), x)
    assert _factor(step, SimpleNamespace(run=run), "x") == pytest.approx(told)


def test_truths_are_not_summed():
    wanted = np.eye(4, 5, dtype=bool)
    got = np.broadcast_to(wanted.any(-2, keepdims=True), wanted.shape)
    step = step_of(got, wanted, np.arange(6.0))
    found = Evidence(EX05, step, [step], [step], Clock(60))
    with np.errstate(all="ignore"):
        said = one_output(found, "padding_mask")
    assert said == "is True wherever one along the second last axis should be"


def test_an_index_of_a_shape_is_no_number_to_be_changed():
    _, slips = switched("def f(x, q):\n    return x.shape[-1] ** 0.5 + x[-1]\n", repairs)
    assert [slip.kind for slip in slips if slip.before == "x.shape[-1]"].count("another size") == 5
    assert len({slip.place for slip in slips if slip.before == "-1"}) == 1  # of x[-1] alone


def test_a_row_that_is_another_in_another_call_is_not_told():
    wanted = np.zeros((4, 3))
    first, last = np.zeros((4, 3)), np.zeros((4, 3))
    first[0], last[-1] = 1, 1
    one, other = (step_of(got, wanted, np.zeros(3)) for got in (first, last))
    alone = Evidence(EX05, one, [one], [one], None)
    assert of_lines(alone) == "your padding_mask is wrong exactly in the first row"
    assert of_lines(Evidence(EX05, one, [one, other], [one, other], None)) == ""


def test_no_size_of_the_block_is_the_width_of_a_head_by_chance():
    exercise = find_exercise("ex15", find_exercises())
    run = grade(exercise, InProcess(exercise.reference, exercise.tests))
    for step in run.steps:
        x = step.request.args[0]
        heads = next(value for value in step.request.args if isinstance(value, int))
        sizes = [*x.shape[:-1], x.shape[-1], heads, x.shape[-1] // heads]
        assert len(sizes) == len(set(sizes)), sizes
    assert run.steps


def test_a_sign_turned_is_not_told_as_a_sign_lost_where_all_numbers_are_below_0(tmp_path):
    source = """
import numpy as np
def _margin(c, r, of_c, of_r, beta):
    return beta * ((c - of_c) - (r + of_r))
def dpo(c, r, of_c, of_r, beta):
    return np.logaddexp(0, -_margin(c, r, of_c, of_r, beta)).mean()
def dpo_backward(c, r, of_c, of_r, beta):
    x = _margin(c, r, of_c, of_r, beta)
    e = np.exp(-np.abs(x))
    d = -beta * np.where(x > 0, e, 1) / (1 + e) / len(x)
    return d, -d
"""
    found = {cause for causes in causes_of("ex43", source, tmp_path) for cause in causes}
    assert not any("without its sign" in cause for cause in found), found
    assert any("`rejected_reference` enters with the wrong sign" in cause for cause in found), found


@pytest.mark.slow
def test_a_size_that_every_call_wants_otherwise_is_not_two_things(tmp_path):
    source = """
import numpy as np
def slopes(heads):
    return np.exp2(np.linspace(0, -8, heads))
def alibi(n, heads):
    p = np.arange(n)
    away = p[:, None] - p
    return np.where(away < 0, -np.inf, -slopes(heads)[:, None, None] * away)
"""
    found = {cause for causes in causes_of("ex41", source, tmp_path) for cause in causes}
    assert not any("start at −1" in cause for cause in found), found


def test_a_factor_that_changes_from_call_to_call_is_told_without_its_number():
    x = np.arange(1.0, 6.0)
    steps = [step_of(factor * x, x, x, name="f") for factor in (3.0, 7.0)]
    found = Evidence(EX05, steps[0], steps, steps, Clock(60))
    said = constant_factor(found, next(iter(outputs(found, steps[0])[0])))
    assert said == "is right up to a factor, another one in each call"
