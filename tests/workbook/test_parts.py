"""Some of an exercise's checks are a part of it: a part of the points, and never "Solved"."""

import json
import shutil
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, NOT_STARTED, PARTIAL, PASSED, Score, grade
from grader.sandbox.in_process import InProcess
from grader.sandbox.runner import Sandboxed
from grader.scoreboard import as_json, next_lines, part_lines

from tests.workbook.commands import scores_of
from tests.workbook.screens import ANSWERS, ROOT

ALL = find_exercises()
EX01 = find_exercise("ex01", ALL)
FILE = "exercises/ex01_softmax/test_ex01_softmax.py"


def part_of(run, keep):
    """The run as if only the checks that ``keep`` wants had been run."""
    run.results = [result for result in run.results if keep(result.check)]
    return run


@pytest.fixture
def right():
    return grade(EX01, InProcess(EX01.reference, EX01.tests))


@pytest.mark.parametrize("keep", [lambda n: "float32" in n, lambda n: n != "test_backward_values"])
def test_a_part_that_passes_is_partial(right, keep):
    score = part_of(right, keep).score()
    assert score.status == PARTIAL
    assert score.checks == len(EX01.checks) == 17
    assert score.checks_passed == score.checks_run < 17
    assert score.points == 10 * score.checks_run // 17 < 10


def test_the_whole_is_no_part_in_any_order(right):
    whole = right.score()
    right.results.reverse()
    assert right.score() == whole
    assert (whole.status, whole.points) == (PASSED, 10)


def test_what_a_wrong_function_earns_does_not_depend_on_the_order(tmp_path):
    answer = tmp_path / "softmax.py"
    answer.write_text(
        (ANSWERS / "softmax_right.py").read_text()
        + "\n\nright = softmax\n\ndef softmax(x, axis=-1):\n"
        "    return right(x, axis) if x.shape != (5, 7) else x\n"
    )
    candidate = Sandboxed(EX01, answer)
    run = grade(EX01, candidate)
    candidate.close()
    forward = run.score()
    run.results.reverse()
    assert run.score() == forward
    assert forward.points == 4


def test_a_check_that_is_run_twice_counts_once(right):
    right.results += right.results[:3]
    assert right.score().checks_passed == 17


def test_stubs_alone_are_partial_only_where_something_is_written(tmp_path):
    for source, wanted in (("stub.py", NOT_STARTED), ("softmax_second_try.py", PARTIAL)):
        folder = EX01.solution if source == "stub.py" else ANSWERS
        candidate = Sandboxed(EX01, folder / source)
        run = part_of(grade(EX01, candidate), lambda name: "backward" in name)
        candidate.close()
        assert {result.status for result in run.results} == {NOT_STARTED}
        assert run.score().status == wanted


def line(exercise, status, passed, run, failed):
    return Score(exercise.name, status, 0, exercise.head.points, passed, 17, [], run, failed)


def test_what_comes_next_after_a_part():
    two = ALL[0], ALL[1]
    passing, failing = line(two[0], PARTIAL, 3, 3, 0), line(two[1], PARTIAL, 1, 3, 2)
    assert part_lines([passing]) == [
        "3 of 17 checks run in ex01_softmax; it is not solved until all run."
    ]
    assert part_lines([passing, failing])[0].startswith("6 of 34 checks run in 2 exercises; none")
    assert part_lines([line(two[0], PASSED, 17, 17, 0)]) == []
    said = next_lines([passing], ALL, ROOT)
    assert "Next, all of its checks" in said[0]
    assert said[1] == "  pytest exercises/ex01_softmax"
    assert "mend exercises/ex02_attention/" in next_lines([passing, failing], ALL, ROOT)[0]
    assert "reports above" not in next_lines([failing], ALL, ROOT, reported=False)[0]
    assert "a stub" in next_lines([line(two[0], FAILED, 8, 17, 0)], ALL, ROOT)[0]


def test_the_machines_get_the_form_they_know():
    one = as_json([line(ALL[0], PARTIAL, 3, 3, 0)])["exercises"]["ex01_softmax"]
    assert list(one) == ["status", "points", "out_of", "checks_passed", "checks", "diagnoses"]
    assert one["status"] == "partial"


@pytest.fixture(scope="module")
def folder(clone, tmp_path_factory):
    mine = tmp_path_factory.mktemp("mine")
    (mine / "ex01_softmax").mkdir()
    return mine


def answered(folder, source):
    shutil.copy(ANSWERS / source, folder / "ex01_softmax" / "softmax.py")
    return ["--workbook", folder]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "arguments", "run"),
    [
        ("softmax_right.py", [f"{FILE}::test_values_of_a_matrix", "-q"], 1),
        ("softmax_right.py", [FILE, "-k", "keeps_float32", "-p", "no:cacheprovider"], 2),
        ("softmax_first_try.py", [FILE, "-x", "--tb=line"], 1),
        ("softmax_first_try.py", [FILE, "--sw", "--tb=no", "-v"], 1),
    ],
)
def test_a_selection_is_a_part(clone, folder, source, arguments, run):
    done, scores = scores_of(clone, *answered(folder, source), *arguments)
    one = scores["exercises"]["ex01_softmax"]
    assert (one["status"], one["checks"]) == ("partial", 17)
    assert f"{run} of 17 checks run in ex01_softmax" in done.stdout
    assert "Solved" not in done.stdout
    assert "17/17" not in done.stdout
    assert ("failed" in done.stdout) == (done.returncode != 0) == ("first_try" in source)
    assert done.stdout.count("values of a matrix: 0.259, not 0.0546836") == ("-x" in arguments)


@pytest.mark.slow
def test_what_failed_last_alone_does_not_solve_it(clone, folder):
    scores_of(clone, *answered(folder, "softmax_second_try.py"), FILE)
    done, scores = scores_of(clone, *answered(folder, "softmax_right.py"), FILE, "--lf")
    assert done.returncode == 0, done.stdout
    assert scores["exercises"]["ex01_softmax"]["status"] == "partial"
    assert "2 of 17 checks run" in done.stdout


@pytest.mark.slow
def test_an_interrupted_run_solves_nothing(clone, folder, tmp_path):
    answer = folder / "ex01_softmax" / "softmax.py"
    shutil.copy(ANSWERS / "softmax_right.py", answer)
    answer.write_text(answer.read_text() + "\nimport time\nprint(time.sleep(4))\n")
    target = tmp_path / "scores.json"
    command = [sys.executable, "-u", "-m", "pytest", FILE, "--workbook", folder]
    command += ["--score-json", target]
    # a job in the background hears no Ctrl-C
    listens = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command, cwd=clone, stdout=subprocess.PIPE, text=True, preexec_fn=listens
    ) as run:
        while (line := run.stdout.readline()) and "collected 17 items" not in line:
            pass
        time.sleep(0.3)
        run.send_signal(signal.SIGINT)
        said = run.stdout.read()
    assert run.returncode == 2
    assert "Solved" not in said
    assert json.loads(target.read_text())["points"] == 0
