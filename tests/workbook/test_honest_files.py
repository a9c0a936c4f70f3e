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
        "if __name__ == '__main__':\n    import matplotlib, helper\n    exec(input('code? '))\n",
        "import warnings\nwarnings.warn('not shown')\n",
        f"if 1{' + 1' * 1500} == 2:\n    x\n",
        "PATTERN = '\\d' is '\\d'\n",
    ],
)
def test_the_harmless_costs_nothing(tmp_path, head):
    assert graded(tmp_path, head).score().points == 10


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("import matplotlib.pyplot as plt\n", "the grader's process draws nothing"),
        ("import helper\n", "imports helper.py, which lies beside it; a file stands alone"),
        ("from .helper import shift\n", "from its own folder; a file stands alone: copy in"),
        ("%matplotlib inline\n", "a notebook's command, which is no Python"),
        ("async def f(): pass\nf()\nimport torch\n", "`torch` may not be imported"),
        (
            "__name__ = '__main__'\nif __name__ == '__main__':\n    x\nelse:\n    exec('')\n",
            "`exec`",
        ),
        ("import torch\n", "`torch` may not be imported: the exercise is to write it yourself"),
        ("import scipy.special\n", "only scipy.sparse is allowed"),
    ],
)
def test_what_is_refused_is_told_by_its_own_name(tmp_path, head, said):
    (tmp_path / "helper.py").touch()
    run = graded(tmp_path, head)
    first = next(result for result in run.results if result.status == FAILED)
    assert said in " ".join(failure_text(run, first).split())


def test_what_the_reading_passes_over_is_not_run(tmp_path):
    head = "__name__ = '__main__'\nif __name__ == '__main__':\n    1 / 0\n"
    assert graded(tmp_path, head).score().points == 10


def test_a_coroutine_is_told_as_one(tmp_path):
    path = tmp_path / "softmax.py"
    path.write_text("async def softmax(x, axis=-1):\n    return x\n")
    candidate = Sandboxed(EX01, path)
    run = grade(EX01, candidate)
    candidate.close()
    for result in run.results:
        assert "may not read" not in failure_text(run, result)
    assert "coroutine" in failure_text(run, run.results[0])
