"""The capstone takes functions from many files; each fault is laid at the right door."""

import shutil

import pytest
from grader.capstone import harness
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, NOT_STARTED, grade
from grader.report import failure_text
from grader.sandbox.runner import Sandboxed

LAYER_NORM = "ex09_layer_norm/layer_norm.py"


@pytest.fixture(scope="module")
def capstone():
    return find_exercise("ex29", find_exercises())


@pytest.fixture
def answers(capstone, tmp_path):
    """A folder in which everything the capstone needs is solved."""
    for one in (capstone, *capstone.parts):
        (tmp_path / one.name).mkdir()
        shutil.copy(one.reference_path, tmp_path / one.name / one.file)
    return tmp_path


def graded(capstone, answers):
    candidate = Sandboxed(capstone, answers / capstone.name / capstone.file)
    try:
        run = grade(capstone, candidate)
    finally:
        candidate.close()
    return run, [one for one in run.results if one.status == FAILED]


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.slow
def test_functions_that_are_not_written_are_listed(capstone, answers):
    for part in capstone.parts:
        if part.number in ("ex03", "ex12"):
            shutil.copy(part.solution / "stub.py", answers / part.name / part.file)
    (answers / LAYER_NORM).unlink()
    run, failed = graded(capstone, answers)
    assert failed[0].reason == (
        "builds on functions that are not written yet: ex03 (attention_backward); "
        "ex09 (layer_norm, layer_norm_backward); ex12 (Adam)"
    )
    assert run.score().points == 0


def test_without_capstone_py_nothing_is_started(capstone, answers):
    (answers / capstone.name / capstone.file).unlink()
    assert graded(capstone, answers)[0].score().status == NOT_STARTED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import attention", "builds on ex09_layer_norm/layer_norm.py, line 3: `attention`"),
        pytest.param(
            "import os; os._exit(0)",
            "while it was imported, your code ended its process",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "1 / 0",
            "builds on ex09_layer_norm/layer_norm.py, line 3, which cannot be imported",
            marks=pytest.mark.slow,
        ),
        ("def f(:", "builds on ex09_layer_norm/layer_norm.py, line 3: SyntaxError"),
    ],
)
def test_a_broken_file_is_named(capstone, answers, line, reason):
    replace(answers / LAYER_NORM, "import numpy as np", f"{line}\nimport numpy as np")
    run, failed = graded(capstone, answers)
    assert failed[0].reason.startswith(reason)
    assert run.score().points == 0


@pytest.mark.slow
def test_a_wrong_function_is_named_with_its_exercise_and_its_line(capstone, answers):
    replace(answers / LAYER_NORM, "    dnormalised = dy * gain", "    dnormalised = dy")
    replace(answers / LAYER_NORM, "return dx,", "return dx * gain,")
    replace(answers / "ex12_adam" / "adam.py", "self.steps += 1", "self.steps += missing")
    run, failed = graded(capstone, answers)
    assert [one.check for one in failed][:2] == ["test_layer_norm_of_ex09", "test_adam_of_ex12"]
    assert run.score().diagnoses == ["ex09_gain_outside_the_means"]
    text = failure_text(run, failed[0])
    assert "`layer_norm_backward` is your ex09" in text
    assert "ex12_adam/adam.py, line" in failure_text(run, failed[1])


@pytest.mark.slow
def test_training_brings_the_loss_down_and_leaves_the_toolkit_as_it_was(capstone):
    from attention.layers import MLP, multi_head, norms

    before = multi_head.attention_forward, norms.layer_norm_forward, MLP.forward
    losses = harness().train(capstone.reference, harness().data())
    assert losses["loss of the last pass"] < losses["loss of the first pass"] - 0.3
    assert before == (multi_head.attention_forward, norms.layer_norm_forward, MLP.forward)


def test_the_model_trains_on_a_few_hundred_customers():
    given = harness().data()
    assert 200 <= given["customers"] <= 400


@pytest.mark.parametrize("name", ["__import__('atten' + 'tion')", "sys.modules['attention']"])
def test_the_toolkit_that_trains_is_out_of_reach(capstone, answers, name):
    """It is imported in the worker before a student's code runs, and hidden from it."""
    replace(answers / LAYER_NORM, "    normalised, _ =", f"    {name}\n    normalised, _ =")
    replace(answers / LAYER_NORM, "import numpy as np", "import sys\nimport numpy as np")
    run, failed = graded(capstone, answers)
    assert "test_layer_norm_of_ex09" in [one.check for one in failed]
    assert "test_training_on_real_purchases" in [one.check for one in failed]
    assert LAYER_NORM in failure_text(run, failed[0])
