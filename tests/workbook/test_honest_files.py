"""What honest files begin with: accepted where it is harmless, else refused by its own name."""

import pytest
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, grade
from grader.report import failure_text
from grader.sandbox.runner import Sandboxed

EX01 = find_exercise("ex01", find_exercises())


def graded(folder, head):
    path = folder / "softmax.py"
    path.write_text(head + EX01.reference_path.read_text(), encoding="utf-8")
    candidate = Sandboxed(EX01, path)
    try:
        return grade(EX01, candidate)
    finally:
        candidate.close()


@pytest.mark.parametrize(
    "head",
    [
        "\ufeff",
        "# -*- coding: utf-8 -*-\n",
        "from numpy import *\n",
        "import scipy.sparse, numpy.testing, asyncio, concurrent.futures\n",
        "import copy, functools, itertools, logging, math, os, pdb, random, sys, time, typing\n",
    ],
)
def test_the_harmless_costs_nothing(tmp_path, head):
    assert graded(tmp_path, head).score().points == 10


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("import matplotlib.pyplot as plt\n", "the grader's process draws nothing"),
        ("import helper\n", "imports helper.py, which lies beside it; a file stands alone"),
        ("import torch\n", "`torch` may not be imported: the exercise is to write it yourself"),
        ("import scipy.special\n", "only scipy.sparse is allowed"),
    ],
)
def test_what_is_refused_is_told_by_its_own_name(tmp_path, head, said):
    (tmp_path / "helper.py").touch()
    run = graded(tmp_path, head)
    first = next(result for result in run.results if result.status == FAILED)
    assert said in " ".join(failure_text(run, first).split())
