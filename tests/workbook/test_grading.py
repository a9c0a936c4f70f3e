"""How checks turn into results, points and causes."""

import shutil

import numpy as np
import pytest
from grader.audit import try_mistake
from grader.causes import explain
from grader.checks import central_differences
from grader.exercise import Exercise, find_exercise, find_exercises
from grader.grading import FAILED, NOT_STARTED, PASSED, grade
from grader.report import failure_text
from grader.sandbox.in_process import InProcess
from grader.sandbox.rules import broken_rules, is_untouched, module_rule, stub_lines
from grader.sandbox.runner import Sandboxed

from tests.workbook.screens import ANSWERS


@pytest.fixture
def softmax():
    return find_exercise("ex01", find_exercises())


def graded(exercise, source, tmp_path):
    """Grade a source text, or a file of answers/, as ex01's file."""
    answer = tmp_path / exercise.file
    if source.endswith(".py"):
        shutil.copy(ANSWERS / source, answer)
    else:
        answer.write_text(source)
    candidate = Sandboxed(exercise, answer)
    try:
        return grade(exercise, candidate)
    finally:
        candidate.close()


def test_points_are_in_proportion_and_rounded_down(softmax, tmp_path):
    score = graded(softmax, "softmax_second_try.py", tmp_path).score()
    assert (score.checks_passed, score.checks) == (7, 17)
    assert score.points == 10 * 7 // 17
    assert score.status == FAILED


def test_a_check_of_a_function_whose_values_are_wrong_earns_nothing(softmax, tmp_path):
    source = (ANSWERS / "softmax_right.py").read_text() + (
        "\n\nright = softmax\n\ndef softmax(x, axis=-1):\n"
        "    return right(x, axis) if x.shape != (5, 7) else x\n"
    )
    score = graded(softmax, source, tmp_path).score()
    assert score.checks_passed == 16
    assert score.points == 10 * 7 // 17  # the seven of the backward pass alone
    assert score.status == FAILED


def test_a_missing_file_is_not_started(softmax, tmp_path):
    candidate = Sandboxed(softmax, tmp_path / "softmax.py")
    score = grade(softmax, candidate).score()
    assert (score.status, score.points) == (NOT_STARTED, 0)


@pytest.mark.slow
def test_two_causes_that_fit_are_both_named(softmax, tmp_path):
    source = "import numpy as np\n\ndef softmax(x, axis=-1):\n    e = np.exp(x - x.max())\n"
    source += "    return e / e.sum(-1, keepdims=True)\n"
    run = graded(softmax, source, tmp_path)
    causes = {cause for result in run.results for cause in explain(run, result)}
    assert "one_maximum_for_all" in run.score().diagnoses
    assert any("`axis` is ignored" in cause for cause in causes), causes


def test_among_several_causes_those_that_fit_every_check_are_named():
    exercise = find_exercise("ex02", find_exercises())
    by_name = {mistake.name: mistake for mistake in exercise.mistakes}
    assert try_mistake(exercise, by_name["mask_ignored"]).sound


def test_an_error_alone_names_no_mistake_that_fits_nothing_else(tmp_path):
    exercise = find_exercise("ex02", find_exercises())
    answer = tmp_path / "attention.py"
    answer.write_text("def attention(q, k, v, mask=None):\n    raise ValueError('not so')\n")
    candidate = Sandboxed(exercise, answer)
    try:
        run = grade(exercise, candidate)
    finally:
        candidate.close()
    assert [run.diagnoses(result) for result in run.results] == [[]] * len(run.results)


def test_prints_are_shown_with_the_failure(softmax, tmp_path):
    run = graded(softmax, "softmax_first_try.py", tmp_path)
    backward = next(one for one in run.results if one.check == "test_backward_values")
    assert "You printed    dy (5, 7)" in failure_text(run, backward)


def test_a_check_that_compares_nothing_is_no_pass(softmax):
    class Empty(Exercise):
        checks = {"test_nothing": lambda check: None}  # noqa: RUF012

    exercise = Empty(softmax.folder)
    run = grade(exercise, InProcess(exercise.reference, exercise.tests))
    assert [one.status for one in run.results] == [FAILED]
    assert run.results[0].fault


def test_a_broken_check_is_not_the_students_fault(softmax):
    class Broken(Exercise):
        checks = {"test_broken": lambda check: 1 / 0}  # noqa: RUF012

    exercise = Broken(softmax.folder)
    run = grade(exercise, InProcess(exercise.reference, exercise.tests))
    assert "not your doing" in failure_text(run, run.results[0])


def test_the_reference_itself_is_never_blamed(softmax):
    run = grade(softmax, InProcess(softmax.reference, softmax.tests))
    assert run.score().status == PASSED
    assert run.score().diagnoses == []


def test_central_differences_of_a_polynomial():
    x, y = np.array([1.0, 2.0]), np.array([[3.0]])
    upstream = np.array([[2.0, -1.0]])
    dx, dy = central_differences(lambda x, y: x**2 * y, (x, y), upstream)
    np.testing.assert_allclose(dx, [12.0, -12.0], rtol=1e-8)
    np.testing.assert_allclose(dy, [[2.0 - 4.0]], rtol=1e-8)
    assert (x == [1.0, 2.0]).all()


def parsed(source):
    import ast

    return ast.parse(source)


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("import torch", 1, "torch"),
        ("x = 1\nfrom attention.ops import softmax", 2, "attention.ops.softmax"),
        ("import scipy.special as sp\nsp.softmax", 1, "scipy.special"),
        ("def f():\n    import ctypes", 2, "ctypes"),
        ("import numpy as np\nnp.linalg.norm(1)", 2, "numpy.linalg.norm"),
        ("from numpy.linalg import norm as n\nn(1)", 1, "numpy.linalg.norm"),
        ("import numpy\nnumpy.exp = 1", 2, "replaces `numpy.exp`"),
        ("def f(x):\n    breakpoint()\n    return x", 2, "--show CHECK"),
        ("import pdb\npdb.set_trace()", 2, "--show CHECK"),
        ("import numpy as np\ndel np.linalg.inv", 2, "replaces `numpy.linalg.inv`"),
    ],
)
def test_a_broken_rule_is_found_with_its_line(source, line, word):
    first = broken_rules(parsed(source), {"np.linalg.norm": "add the squares yourself"})[0]
    assert first.line == line
    assert word in first.text


def test_honest_files_break_no_rule():
    source = "import numpy as np\nimport math, os, itertools\nfrom scipy.sparse import csr_array\n"
    source += "class A:\n    def f(self):\n        self.x = np.linalg.inv(np.eye(2))\n"
    assert broken_rules(parsed(source), {"np.linalg.norm": "reason"}) == []
    assert module_rule("scipy.sparse") is None
    assert module_rule("scipy.special") is not None


def test_stubs_are_recognised():
    stub = 'import numpy as np\n\ndef f(x):\n    """Doc."""\n    raise NotImplementedError\n'
    assert is_untouched(parsed(stub))
    assert stub_lines(parsed(stub)) == {"f": (3, 5)}
    assert not is_untouched(parsed(stub + "\n\ndef g(x):\n    return x\n"))
    assert not is_untouched(parsed("x = 1"))
