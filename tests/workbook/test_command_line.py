"""``pytest exercises`` as a whole: modes, machine-readable scores, other folders, bad arguments."""

import shutil

import pytest
from grader.language import told
from grader.workbook import require_numpy

from tests.workbook.commands import scores_of, workbook
from tests.workbook.screens import ANSWERS, ROOT


@pytest.mark.slow
def test_another_folder_of_the_same_layout_is_graded(clone, tmp_path):
    answer = tmp_path / "mine" / "ex01_softmax" / "softmax.py"
    answer.parent.mkdir(parents=True)
    shutil.copy(ANSWERS / "softmax_second_try.py", answer)
    done, scores = scores_of(
        clone, "exercises/ex01_softmax", "exercises/ex02_attention", "--workbook", tmp_path / "mine"
    )
    assert done.returncode == 1
    assert scores == {
        "points": 4,
        "out_of": 25,
        "exercises": {
            "ex01_softmax": {
                "status": "failed",
                "points": 4,
                "out_of": 10,
                "checks_passed": 7,
                "checks": 17,
                "diagnoses": ["no_maximum_subtracted"],
            },
            "ex02_attention": {
                "status": "not started",
                "points": 0,
                "out_of": 15,
                "checks_passed": 0,
                "checks": 15,
                "diagnoses": [],
            },
        },
    }


@pytest.mark.slow
def test_the_solutions_get_full_marks(clone):
    done, scores = scores_of(clone, "exercises/ex02_attention", "--solutions")
    assert done.returncode == 0, done.stdout
    assert scores["points"] == scores["out_of"] == 15


@pytest.mark.slow
def test_all_the_solutions_get_full_marks_in_time(clone):
    done, scores = scores_of(clone, "exercises", "--solutions")
    assert done.returncode == 0, done.stdout
    assert scores["points"] == scores["out_of"]


@pytest.mark.slow
def test_a_hanging_file_leaves_the_others_unharmed(clone, tmp_path):
    hostile = ROOT / "tests" / "workbook" / "hostile"
    for name, file, source in (
        ("ex01_softmax", "softmax.py", hostile / "calls_os_exit_at_import.py"),
        ("ex02_attention", "attention.py", clone / "solutions/ex02_attention/attention.py"),
    ):
        (tmp_path / name).mkdir()
        shutil.copy(source, tmp_path / name / file)
    _, scores = scores_of(
        clone, "exercises/ex01_softmax", "exercises/ex02_attention", "--workbook", tmp_path
    )
    assert [one["status"] for one in scores["exercises"].values()] == ["failed", "passed"]
    assert scores["points"] == 15


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--workbook", "nowhere"], "there is no such folder"),
        (["--hint", "ex77"], "there is no exercise 'ex77'"),
        pytest.param(["--hint", "ex01:4"], "hints 1 to 3", marks=pytest.mark.slow),
        pytest.param(["--reset", "seven"], "there is no exercise 'seven'", marks=pytest.mark.slow),
        pytest.param(["--interview", "0"], "give the minutes you have", marks=pytest.mark.slow),
        (["--interview", "15"], "give at least 20 minutes"),
        pytest.param(["--interview", "soon"], "give the minutes you have", marks=pytest.mark.slow),
        pytest.param(["--hint", "²"], "there is no exercise '²'", marks=pytest.mark.slow),
        pytest.param(["--hint", "ex01:²"], "hints 1 to 3", marks=pytest.mark.slow),
        (["--score-json", "nowhere/scores.json"], "there is no folder"),
        pytest.param(["--score-json", "exercises"], "that is no file", marks=pytest.mark.slow),
    ],
)
def test_a_bad_argument_is_answered_in_one_sentence(clone, arguments, message):
    done = workbook(clone, "exercises", *arguments)
    assert done.returncode == 4
    assert message in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_link_an_optimised_python_and_no_cache_cost_no_points(clone, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(clone)
    cache = clone / "no-cache"
    cache.touch()
    done = workbook(
        *(tmp_path, link / "exercises" / "ex01_softmax", "--solutions"),
        *("-o", f"cache_dir={cache}"),
        PYTHONOPTIMIZE="1",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "17/17    10/10" in done.stdout


@pytest.mark.slow
def test_a_full_disk_costs_the_file_not_the_scoreboard(clone, tmp_path):
    (tmp_path / "full_disk.py").write_text(
        "import os\ndef fsync(file):\n    raise OSError(28, 'No space left on device')\n"
        "os.fsync = fsync\n"
    )
    done = workbook(
        *(clone, "exercises/ex01_softmax", "--solutions", "-p", "full_disk"),
        *("--score-json", tmp_path / "scores.json"),
        PYTHONPATH=str(tmp_path),
    )
    assert done.returncode == 4
    assert "17/17    10/10" in done.stdout
    assert "could not be written" in done.stdout
    assert "No space left on device" in done.stdout
    assert not (tmp_path / "scores.json").exists()
    answer = clone / "exercises" / "ex01_softmax" / "softmax.py"
    stub = answer.read_bytes()
    answer.write_text("mine = 1\n")
    done = workbook(
        clone, "exercises", "-p", "full_disk", "--reset", "ex01", PYTHONPATH=str(tmp_path)
    )
    assert done.stderr.strip() == f"ERROR: {answer}: No space left on device"
    assert answer.read_text() == "mine = 1\n"
    answer.write_bytes(stub)


def test_what_the_system_refuses_is_told_by_file_and_reason():
    assert told(OSError(30, "Read-only file system", "a.npz")) == "a.npz: Read-only file system"
    assert told(OSError("no more")) == "no more"


def test_an_old_numpy_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"needs NumPy 2, and this Python has 1\.26\.4: python"):
        require_numpy("1.26.4")
    require_numpy("2.0.0rc1")
    require_numpy()


def test_several_processes_are_refused_in_one_sentence(clone):
    pytest.importorskip("xdist")
    done = workbook(clone, "exercises/ex01_softmax", "-n", "2")
    assert done.returncode == 4
    assert "one process" in done.stderr


@pytest.mark.slow
def test_hints_come_one_after_the_other(clone):
    shown = [workbook(clone, "exercises", "--hint", "ex02").stdout for _ in range(4)]
    for number, text in enumerate(shown[:3], 1):
        assert f"hint {number} of 3" in text
    assert shown[3] == shown[2]
    assert "hint 1 of 3" in workbook(clone, "exercises", "--hint", "ex02:1").stdout


def test_a_hint_needs_no_cache(clone):
    done = workbook(clone, "exercises", "--hint", "ex19", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stderr
    assert "hint 1 of 3" in done.stdout


@pytest.mark.slow
def test_the_next_command_keeps_the_folder(clone, tmp_path):
    answer = tmp_path / "ex01_softmax" / "softmax.py"
    answer.parent.mkdir()
    for source, wanted in (
        ("softmax_second_try.py", "  pytest exercises/ex01_softmax --workbook "),
        ("softmax_right.py", "  pytest exercises --workbook "),
    ):
        shutil.copy(ANSWERS / source, answer)
        done = workbook(clone, "exercises/ex01_softmax", "--workbook", tmp_path)
        assert f"{wanted}{tmp_path}\n" in done.stdout


@pytest.mark.slow
def test_a_reset_keeps_every_attempt(clone):
    answer = clone / "exercises" / "ex05_masks" / "masks.py"
    stub = answer.read_text()
    for attempt in ("first = 1\n", "second = 2\n"):
        answer.write_text(attempt)
        assert workbook(clone, "exercises", "--reset", "5").returncode == 0
        assert answer.read_text() == stub
    assert answer.with_name("masks.attempt-1.py").read_text() == "first = 1\n"
    assert answer.with_name("masks.attempt-2.py").read_text() == "second = 2\n"
    assert "nothing was changed" in workbook(clone, "exercises", "--reset", "5").stdout
