"""A known mistake is told of those outputs alone that are as it makes them."""

from functools import partial
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
from grader.causes.evidence import evidence
from grader.causes.outputs import outputs
from grader.causes.slips import _switched
from grader.causes.together import of_each, of_two
from grader.clock import Clock
from grader.compare import difference
from grader.diagnose import doctor_of
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, grade
from grader.language import message
from grader.sandbox.in_process import InProcess

NAMED = [
    pytest.param(exercise, mistake, id=f"{exercise.number}-{mistake.name}")
    for exercise in find_exercises()
    for mistake in exercise.mistakes
    if mistake.outputs
]


def told_of(number, function, turn):
    """What is told of a reference whose outputs are turned into others."""
    exercise = find_exercise(number, find_exercises())
    right = getattr(exercise.reference, function)
    module = exercise.new_reference()
    setattr(module, function, lambda *args: turn(right(*args), args, exercise))
    run = grade(exercise, InProcess(module, exercise.tests))
    failed = next(r for r in run.results if r.status == FAILED and r.step.complaint.where)
    found = evidence(exercise, failed.step, run.steps, run.clock)
    with np.errstate(all="ignore"), run.clock:
        said = of_each(found, doctor_of(exercise))
    assert not said or message(said)  # in Chinese
    return said


def of_mistake(exercise, name, args):
    return next(one for one in exercise.mistakes if one.name == name).function(*args)


def test_a_sentence_tells_of_the_outputs_that_are_so_here():
    def last_queries_in_dv(right, args, exercise):
        return *right[:2], of_mistake(exercise, "last_queries_alone", args)[2]

    said = told_of("ex40", "tiled_backward", last_queries_in_dv)
    assert said.startswith("the last tile of queries alone is in your dv; every query adds")
    assert said.endswith("(your dq and dk are right)")


def test_a_mistake_that_is_here_in_part_alone_is_not_told():
    def causal_in_dv(right, args, exercise):
        return *right[:2], of_mistake(exercise, "causal", args)[2]

    assert told_of("ex40", "tiled_backward", causal_in_dv) == ""


def test_a_sentence_of_two_outputs_is_not_told_where_one_is_wrong_otherwise():
    def each_its_own(right, args, exercise):
        da, db = of_mistake(exercise, "a_direction_each", args)
        return da, db + np.arange(db.size).reshape(db.shape)

    assert told_of("ex42", "info_nce_backward", each_its_own) == ""


def test_a_sentence_that_begins_otherwise_is_not_told_of_an_output_by_name():
    def both(right, args, exercise):
        db = of_mistake(exercise, "b_weighed_by_g", args)[1]
        return right[0], db, 2 * right[2], right[3]

    said = told_of("ex24", "gated_fusion_backward", both)
    assert said.startswith("the direct part of your db is dout * g; b enters with the weight 1 - g")
    assert "; your dw is twice what it should be (your da and dbias are right)" in said


@pytest.mark.parametrize(("exercise", "mistake"), NAMED)
def test_a_mistake_changes_the_outputs_that_it_names_and_no_other(exercise, mistake):
    run = grade(exercise, doctor_of(exercise).runner(mistake))
    changed = set()
    for step in run.steps:
        if step.complaint is None or step.complaint.kind != "values" or step.request.drive:
            continue
        got, wanted = outputs(evidence(exercise, step, run.steps, run.clock), step)
        tolerance = step.terms.tolerance(step.expected.outputs)
        changed |= {n for n in wanted if difference(got[n], wanted[n], tolerance) is not None}
    assert changed == set(mistake.outputs)


def test_numbers_that_are_drawn_have_no_slip_by_chance():
    exercise = find_exercise("ex25", find_exercises())
    lines = exercise.reference_path.read_text(encoding="utf-8").splitlines()
    drawing = next(n for n, line in enumerate(lines, 1) if "rng." in line)
    _, known = _switched(exercise, {"private_mean"})
    assert known
    assert drawing not in {slip.line for slip in known}


def test_of_numbers_that_are_drawn_only_what_mends_all_is_looked_for(monkeypatch):
    explain, asked = import_module("grader.causes.explain"), []
    for name in ("of_repair", "of_each", "of_two", "of_both", "of_slips", "Scale"):
        look = partial(lambda name, *given, **how: asked.append(name) or "", name)
        monkeypatch.setattr(explain, name, look)
    run = SimpleNamespace(clock=SimpleNamespace(over=False), doctor=None, candidate=None)
    explain._searched(run, SimpleNamespace(is_drawn=True), None)
    assert asked == ["of_repair"]


def test_two_things_are_not_told_of_one_wrong_call():
    one = SimpleNamespace(clock=Clock(9), is_rounding=False, telling=True, failures=[None])
    assert of_two(one, None) == ""
    assert of_two(SimpleNamespace(**{**vars(one), "telling": False, "failures": "ab"}), None) == ""
