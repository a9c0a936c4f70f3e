"""Files that loop, exit, crash, cheat or lie: each is marked with the right reason, none scores.

Each file of ``hostile/`` states in its first line what the report must say.
"""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from grader.exercise import Exercise, find_exercise, find_exercises
from grader.grading import FAILED, PASSED, grade
from grader.report import failure_text
from grader.sandbox.runner import Limits, Sandboxed

HOSTILE = sorted(path for path in (Path(__file__).parent / "hostile").iterdir() if path.is_file())
QUICK = Limits(start=10.0, call=1.0, losses=1)
IMPATIENT = Limits(start=2.0, call=1.0, losses=1)


@pytest.fixture
def exercise(tmp_path):
    """ex02 in a small checkout of its own, where a cheat finds what it looks for."""
    real = find_exercise("ex02", find_exercises())
    folder = tmp_path / "exercises" / real.name
    solutions = tmp_path / "solutions"
    shutil.copytree(real.folder, folder)
    shutil.copytree(real.solution, solutions / real.name)
    return Exercise(folder, solutions)


def graded(exercise, source, limits=QUICK):
    """Grade a file as a student's answer to ex02."""
    answer = exercise.folder / exercise.file
    shutil.copyfile(source, answer)
    candidate = Sandboxed(exercise, answer, limits)
    try:
        return grade(exercise, candidate)
    finally:
        candidate.close()


@pytest.mark.parametrize("source", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_file_is_marked_with_its_reason(exercise, source):
    before = os.getcwd(), sys.stdout, np.allclose, np.testing.assert_allclose, isinstance
    reasons = source.read_text().splitlines()[0].removeprefix("# Says: ").split(" | ")
    run = graded(
        exercise, source, IMPATIENT if source.stem.endswith("_for_ever_at_import") else QUICK
    )
    score = run.score()
    assert (score.status, score.points) == (FAILED, 0)
    first = next(result for result in run.results if result.status == FAILED)
    text = " ".join(failure_text(run, first).split())
    assert any(reason in text for reason in reasons), text
    assert before == (os.getcwd(), sys.stdout, np.allclose, np.testing.assert_allclose, isinstance)


def test_the_reference_passes_in_the_same_process_afterwards(exercise):
    run = graded(exercise, exercise.reference_path)
    assert run.score().status == PASSED
