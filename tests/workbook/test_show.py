"""``--show``: the inputs are whole, and three lines make the same call in one's own Python."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from attention_workbook.__main__ import typed
from attention_workbook.commands import COMMANDS
from attention_workbook.place import Place
from grader.case import case_of, in_full
from grader.compare import difference
from grader.exercise import EXERCISES, SOLUTIONS, Exercise, find_exercise, find_exercises
from grader.grading import grade
from grader.sandbox.in_process import InProcess
from grader.sandbox.runner import Sandboxed
from grader.show import find_check, show

from tests.workbook.commands import workbook
from tests.workbook.screens import ANSWERS

ALL = find_exercises()
KINDS = ("ex10", "ex12", "ex14", "ex17", "ex19", "ex20", "ex23")
"""Exercises whose inputs are of every kind: functions, drives, dicts, seeds, events, text, sets."""


def steps_of(exercise):
    """Every call of every check, the reference answering."""
    return grade(exercise, InProcess(exercise.reference, exercise.tests)).steps


def replayed(exercise, step, folder, monkeypatch):
    """What the three lines print, as the value itself."""
    monkeypatch.setattr(sys, "path", [str(SOLUTIONS), *sys.path])
    file = SOLUTIONS / exercise.name / "case.npz"
    case = case_of(step)
    first, second, third = case.lines(exercise, SOLUTIONS, file)
    case.write(folder / "case.npz")
    assert second == f"case = np.load('{exercise.name}/case.npz')"
    names = {}
    exec(first, names)
    with np.load(folder / "case.npz") as case:
        names["case"] = dict(case)
    assert third.startswith("print(")
    return eval(third.removeprefix("print"), names)


@pytest.mark.slow
@pytest.mark.parametrize(
    "number",
    [
        number if number in KINDS else pytest.param(number, marks=pytest.mark.slow)
        for number in (one.number for one in ALL)
    ],
)
def test_every_case_is_replayed_as_it_was(number, tmp_path, monkeypatch):
    exercise = find_exercise(number, ALL)
    for step in steps_of(exercise):
        got = replayed(exercise, step, tmp_path, monkeypatch)
        wanted = step.expected.outputs[0]
        assert difference(got, wanted, step.terms.tolerance(wanted)) is None, step.request


@pytest.mark.slow
def test_the_lines_run_in_a_fresh_python(clone, tmp_path):
    answer = clone / "exercises" / "ex01_softmax" / "softmax.py"
    stub = answer.read_bytes()
    shutil.copy(ANSWERS / "softmax_second_try.py", answer)
    done = workbook(clone, "exercises/ex01_softmax", "--show", "Large scores stay finite")
    answer_of_lines = subprocess.run(
        [sys.executable, "-c", "\n".join(done.stdout.strip().splitlines()[-3:])],
        cwd=clone / "exercises",
        capture_output=True,
        text=True,
    )
    answer.write_bytes(stub)
    assert done.returncode == 0
    assert "9998.422248455841" in done.stdout
    assert "subtract each row's maximum first" in done.stdout
    assert answer_of_lines.stdout.startswith("[[nan"), answer_of_lines.stderr
    assert os.listdir(answer.parent).count("large_scores_stay_finite.npz") == 1


IN_PLACE = """
import numpy as np

def softmax(x, axis=-1):
    if x.flags.f_contiguous and not x.flags.c_contiguous:
        x -= 1
    if not x.flags.writeable:
        pass
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)
"""


@pytest.mark.parametrize(
    ("change", "said", "flag"),
    [
        ("x.flags.f_contiguous and not x.flags.c_contiguous", "Fortran order", "f_contiguous"),
        ("not x.flags.writeable", "wrong with read-only arrays", "writeable"),
    ],
)
def test_the_memory_order_is_told_and_replayed(change, said, flag, tmp_path):
    answer = tmp_path / "ex01_softmax" / "softmax.py"
    answer.parent.mkdir()
    answer.write_text(IN_PLACE.replace("x.flags.f_contiguous and not x.flags.c_contiguous", change))
    name = "softmax leaves its input alone"
    assert said in show(f"ex01: {name}", ALL, [], tmp_path, tmp_path)
    exercise = ALL[0]
    candidate = Sandboxed(exercise, answer)
    run = grade(exercise, candidate)
    candidate.close()
    (step,) = run.steps_of("test_softmax_leaves_its_input_alone")
    case = case_of(step)
    case.write(tmp_path / "case.npz")
    with np.load(tmp_path / "case.npz") as file:
        loaded = {"np": np, "case": dict(file)}
    array = eval(case.call.removeprefix("print(mine.softmax(").removesuffix("))"), loaded)
    assert getattr(array.flags, flag) == (flag == "f_contiguous")
    np.testing.assert_array_equal(array, step.request.args[0])


def test_every_digit_of_every_number_is_printed():
    values = np.array([0.1 + 0.2, 1e-3, -np.inf])
    assert "0.30000000000000004" in in_full(values)
    assert "cut" in in_full(np.zeros(1000))
    assert in_full({"w": values}).splitlines()[1].startswith("'w': float64 array (3,)")


@pytest.mark.parametrize(
    ("wanted", "chosen", "message"),
    [
        ("values of one sequence", [], "ex02, ex03, .* say which"),
        ("ex01: values of an elephant", [], "it has values_of_a_matrix, "),
        ("values of an elephant", [], "write it as ex01:CHECK"),
        ("ex99: values", [], "there is no exercise"),
    ],
)
def test_a_check_that_is_not_there_is_answered_in_a_sentence(wanted, chosen, message):
    with pytest.raises(ValueError, match=message):
        find_check(wanted, ALL, chosen)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("softmax_second_try.py", "these fail: large_scores_stay_finite, each_row_may_have_its"),
        ("softmax_right.py", "none fails, it has values_of_a_matrix, "),
    ],
)
@pytest.mark.parametrize("wanted", ["ex01", "exercises/ex01_softmax/"])
def test_an_exercise_without_a_check_is_asked_for_one(wanted, answer, message, tmp_path):
    (tmp_path / "ex01_softmax").mkdir()
    shutil.copy(ANSWERS / answer, tmp_path / "ex01_softmax" / "softmax.py")
    with pytest.raises(ValueError, match=f"say which check of ex01; {message}"):
        show(wanted, ALL, [], tmp_path, tmp_path)


def test_show_alone_asks_of_the_exercise_named_or_at_hand(tmp_path):
    run = {c.name: c.run for c in COMMANDS}["show"]
    place = Place(EXERCISES, tmp_path, tmp_path, typed)
    for chosen, number in ((), "ex01"), ((ALL[3], ALL[1]), "ex04"):
        with pytest.raises(ValueError, match=f"say which check of {number}; none fails"):
            run(place._replace(chosen=chosen), "")


def test_a_check_is_found_by_its_words_its_name_or_its_folder():
    one = find_exercise("ex02", ALL)
    for wanted in ("ex02: Values of one sequence", "ex02_attention:test_values_of_one_sequence"):
        assert find_check(wanted, ALL, []) == (one, "test_values_of_one_sequence")
    assert find_check("values_of_one_sequence", ALL, [one])[0] == one


def test_an_exercise_that_needs_a_package_says_which():
    class Lacking(Exercise):
        @property
        def tests(self):
            raise ModuleNotFoundError("No module named 'scipy'", name="scipy.sparse")

    one = Lacking(ALL[0].folder)
    assert one.lacks == "scipy"
    with pytest.raises(ValueError, match="ex01 needs scipy: python -m pip install scipy"):
        find_check("ex01: values", [one], [])


def test_a_stub_and_a_file_that_cannot_run_have_no_case(tmp_path):
    answer = tmp_path / "ex01_softmax" / "softmax.py"
    assert "not started" in show("ex01:backward_values", ALL, [], tmp_path, tmp_path)
    answer.parent.mkdir()
    answer.write_text("import torch\n")
    said = show("ex01:backward_values", ALL, [], tmp_path, tmp_path)
    assert "`torch` may not be imported" in said
    assert "replay" not in said
