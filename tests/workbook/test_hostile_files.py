"""Files that loop, exit, crash, cheat or lie: each is marked with the right reason, none scores.

Each file of ``hostile/`` states in its first line what the report must say.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from grader.exercise import Exercise, find_exercise, find_exercises
from grader.grading import FAILED, PASSED, grade
from grader.report import failure_text
from grader.sandbox import runner
from grader.sandbox.runner import Limits, Sandboxed

HERE = Path(__file__).parent
HOSTILE = sorted(path for path in (HERE / "hostile").iterdir() if path.is_file())
HOSTILE_SOFTMAX = sorted((HERE / "hostile_softmax").glob("*.py"))
# Right by their own computing: only the reading of the file refuses them.
WAIT = ("asks_for_all_memory", "loops_", "stops_")  # what a clock or a limit ends
HARMLESS = {"reads_memory_by_ctypes"}
OTHERS = [name for name in ("python3.11", "python3.12", "python3.13") if shutil.which(name)]
QUICK = Limits(start=10.0, call=1.0, losses=1)
IMPATIENT = Limits(start=2.0, call=1.0, losses=1)


@pytest.fixture
def exercise(tmp_path):
    """ex02 in a small checkout of its own, where a cheat finds what it looks for."""
    return checkout(tmp_path, "ex02")


def checkout(tmp_path, number):
    real = find_exercise(number, find_exercises())
    folder = tmp_path / "exercises" / real.name
    solutions = tmp_path / "solutions"
    shutil.copytree(real.folder, folder)
    shutil.copytree(real.solution, solutions / real.name)
    return Exercise(folder, solutions)


def graded(exercise, source, limits=QUICK):
    """Grade a file as a student's answer to ex02."""
    answer = exercise.folder / exercise.file
    answer.write_text(source.read_text().replace("@ROOT@", str(exercise.solution.parents[1])))
    candidate = Sandboxed(exercise, answer, limits)
    try:
        return grade(exercise, candidate)
    finally:
        candidate.close()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            path, marks=[pytest.mark.slow] if number % 3 or path.stem.startswith(WAIT) else []
        )
        for number, path in enumerate(HOSTILE)
    ],
    ids=lambda path: path.stem,
)
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


@pytest.mark.parametrize(
    "read", [True, pytest.param(False, marks=pytest.mark.slow)], ids=["read", "unread"]
)
@pytest.mark.parametrize("source", HOSTILE_SOFTMAX, ids=lambda path: path.stem)
def test_what_reaches_for_the_machine_gets_nothing_though_nobody_read_it(
    tmp_path, monkeypatch, source, read
):
    exercise = checkout(tmp_path, "ex01")
    neighbour = tmp_path / "exercises" / "ex02_attention" / "attention.py"
    neighbour.parent.mkdir()
    neighbour.write_text("of the neighbour")
    monkeypatch.setenv("ADV_TOKEN", "a secret")
    if not read:
        monkeypatch.setattr(runner, "broken_rules", lambda *_: [])
    run = graded(exercise, source)
    score = run.score()
    failed = [result for result in run.results if result.status == FAILED]
    text = " ".join(" ".join(failure_text(run, result).split()) for result in failed)
    assert "a secret" not in text
    assert "\x1b" not in text
    if read:
        reasons = source.read_text().splitlines()[0].removeprefix("# Says: ").split(" | ")
        assert any(reason in text for reason in reasons), text
    if read or source.stem not in HARMLESS:
        assert score.status == FAILED
    assert neighbour.read_text() == "of the neighbour"
    assert (exercise.folder / exercise.file).stat().st_size > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exercises", "solutions"]
    assert {path.name for path in exercise.folder.iterdir()} == {
        path.name for path in find_exercise("ex01", find_exercises()).folder.iterdir()
    }


@pytest.mark.slow
@pytest.mark.parametrize("python", OTHERS)
def test_every_hostile_file_on_every_python_of_this_machine(python):
    has = [python, "-c", "import hypothesis, numpy, pytest, scipy; assert numpy.__version__ >= '2'"]
    if subprocess.run(has, capture_output=True, check=False).returncode:
        pytest.skip(f"{python} lacks numpy, scipy, pytest or hypothesis")
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    command += ["-m", "slow or not slow", "-k", "not every_python"]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout


def test_the_readme_counts_the_hostile_files():
    count = len(HOSTILE) + len(HOSTILE_SOFTMAX)
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert f"{count} of {count} marked with their reason" in readme


def test_the_reference_passes_in_the_same_process_afterwards(exercise):
    run = graded(exercise, exercise.reference_path)
    assert run.score().status == PASSED
