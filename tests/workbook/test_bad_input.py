"""What can be wrong with a folder, a file, a disk or a terminal: a sentence, and nothing lost."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from attention_workbook import checking, lay_out, solution, state
from attention_workbook.__main__ import main
from grader import files, language

from tests.workbook.screens import ANSWERS, ROOT

SOFTMAX = "ex01_softmax/softmax.py"


def answer(folder, name="softmax_right.py"):
    shutil.copy(ANSWERS / name, folder / SOFTMAX)


def memory(folder):
    return json.loads((folder / state.FILE).read_text())["exercises"]["ex01_softmax"]


def full(monkeypatch):
    """From now on nothing can be written."""

    def refused(handle, *_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", refused)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mine", "a workbook already"),
        ("full", "not empty"),
        ("file", "is a file"),
        ("no/no", "make it first"),
        ("mine/inner", "inside the workbook"),
    ],
)
def test_init_takes_only_a_free_folder(own, tmp_path, capsys, place, said):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    assert main(["init", str(tmp_path / place)]) == 2
    assert said in capsys.readouterr().err
    assert (
        (tmp_path / "file").read_text() == (tmp_path / "full" / "letter.txt").read_text() == "mine"
    )


def test_a_full_disk_leaves_nothing_half_laid(tmp_path, monkeypatch, capsys):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    assert main(["init", str(tmp_path / "new")]) == 2
    assert "No space left" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_workbook_is_told_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in (["list"], ["check"], ["hint", "ex01"]):
        assert main(command) == 2
        assert "attention-workbook init DIR" in capsys.readouterr().err
    assert main(["update", str(tmp_path)]) == 2
    assert "no workbook" in capsys.readouterr().err


@pytest.mark.parametrize("text", ['{"version": 1, "exer', "[]", "\x00", '{"a":' * 9999])
def test_a_state_cut_short_is_kept_and_told(own, capsys, text):
    (own / state.FILE).write_text(text)
    assert main(["list"]) == 0
    assert "cut short or not JSON" in capsys.readouterr().out
    main(["hint", "ex01"])
    assert memory(own)["hints"] == 1
    assert (own / "progress.broken-1.json").read_text() == text


def test_a_state_of_a_later_version_is_left_as_it_is(own, capsys):
    text = '{"version": 2, "exercises": {"ex01_softmax": {"hints": 2}}}'
    (own / state.FILE).write_text(text)
    assert main(["hint", "ex01"]) == 0
    assert "later version (2)" in capsys.readouterr().out
    assert (own / state.FILE).read_text() == text


def test_fields_of_the_wrong_kind_are_dropped(own, capsys):
    odd = {
        "attempts": 3,
        "hints": "two",
        "review": {"due": "soon", "last": "", "step": 0},
        "passed": [],
    }
    (own / state.FILE).write_text(
        json.dumps({"exercises": {"ex01_softmax": odd, "x": 1}, "route": 5})
    )
    assert main(["list"]) == 0
    assert "> ex01  -" in capsys.readouterr().out


def test_a_folder_that_may_not_be_written_to_costs_the_memory_alone(own, capsys, monkeypatch):
    def refused(path, data):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(state, "write_whole", refused)
    assert main(["hint", "ex01"]) == 0
    said = capsys.readouterr().out
    assert "hint 1 of 3" in said
    assert "Read-only file system" in said


@pytest.mark.parametrize(
    "command", ["reset ex01", "update", "check ex01", "hint ex01", "route weekend"]
)
def test_a_full_disk_takes_nothing_from_the_student(own, monkeypatch, capsys, command):
    answer(own)
    newer = lay_out.contents() | {"ex02_attention/README.md": b"newer"}
    monkeypatch.setattr(lay_out, "contents", lambda: newer)
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    full(monkeypatch)
    main(command.split())
    said = "".join(capsys.readouterr())
    assert "No space left on device" in said
    assert ".part" not in said
    assert {path: path.read_bytes() for path in before} == before
    assert not list(own.rglob("*.part"))


def test_giving_up_where_it_cannot_be_noted_gives_nothing(own, monkeypatch, capsys):
    def refused(path, data):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(state, "write_whole", refused)
    main(["give-up", "ex06", "--yes"])
    assert "stays where it is" in capsys.readouterr().out
    assert not (own / "ex06_multi_head" / solution.FOLDER).exists()


def test_a_check_says_what_was_not_remembered(own, monkeypatch, capsys):
    def refused(path, data):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(state, "write_whole", refused)
    answer(own)
    assert main(["check", "ex01"]) == 0
    assert "not remembered" in capsys.readouterr().out


def test_an_exercise_renamed_by_hand_is_missed_by_name(own, capsys):
    answer(own)
    (own / "ex01_softmax").rename(own / "my_softmax")
    for command in ("check ex01", "hint 1", "reset ex01_softmax"):
        assert main(command.split()) == 2
        assert "is not in this folder: give its folder its name back" in capsys.readouterr().err
    main(["update"])
    assert f"back     {SOFTMAX}" in capsys.readouterr().out
    assert (own / "my_softmax" / "softmax.py").is_file()


def test_a_file_deleted_while_it_is_graded(own, monkeypatch, capsys):
    answer(own)
    print_of = checking.fingerprint

    def deleting(exercise, home):
        found = print_of(exercise, home)
        (own / SOFTMAX).unlink()
        return found

    monkeypatch.setattr(checking, "fingerprint", deleting)
    assert main(["check", "ex01"]) == 1
    assert "ex01: not started" in capsys.readouterr().out
    assert not (own / state.FILE).exists()


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_forty_columns(own, monkeypatch, capsys, lang):
    monkeypatch.setenv("COLUMNS", "40")
    answer(own, "softmax_first_try.py")
    for command in ("list all", "hint ex01", "check ex01", "check ex02"):
        main(["--lang", lang, *command.split()])
        lines = capsys.readouterr().out.splitlines()
        assert max(map(language.width, lines)) <= 40 + 2  # a stop may hang over
    language.choose("en")


def run(folder, command, **environment):
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "exercises"), "LANG": "C.UTF-8"}
    whole = f"{sys.executable} -m attention_workbook {command}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", whole],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_a_pipe_that_knows_fewer_characters(own):
    answer(own, "softmax_first_try.py")
    done = run(own, "check ex01", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "ex01: not yet, 0 of 17 checks" in done.stdout


def test_one_workbook_is_no_class(own, tmp_path, capsys):
    assert main(["grade", str(own), "--csv", str(tmp_path / "marks.csv")]) == 2
    assert "is one workbook: name the folder that holds all" in capsys.readouterr().err
    assert not (tmp_path / "marks.csv").exists()


def test_no_home_and_output_piped(own):
    done = run(own, "list all | head -1")  # and neither HOME nor TERM
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "First steps: 0 of 7 passed\n"
