"""The companion in a folder of one's own: laid out, listed, graded, remembered, by both doors."""

import json
import shutil

import pytest
from attention_workbook import lay_out, merging, state
from attention_workbook.__main__ import main
from grader.exercise import SOLUTIONS, find_exercises
from grader.home import MARK

from tests.workbook.commands import workbook
from tests.workbook.screens import ANSWERS

ALL = find_exercises()
CHECKS = len(ALL[0].checks)
HERE = {"PYTHONPATH": str(SOLUTIONS.parent / "exercises")}


def answer(folder, name="softmax_right.py"):
    shutil.copy(ANSWERS / name, folder / "ex01_softmax" / "softmax.py")


def memory(folder):
    return json.loads((folder / state.FILE).read_text())["exercises"]["ex01_softmax"]


def test_the_folder_holds_questions_stubs_checks_and_nothing_of_the_solutions(laid):
    for one in ALL:
        names = {path.name for path in (laid / one.name).iterdir()}
        assert names - {"README.zh.md"} == {"README.md", one.file, one.tests_path.name}
        assert ("README.zh.md" in names) == (one.folder / "README.zh.md").is_file()
        assert (laid / one.name / one.file).read_bytes() == (one.solution / "stub.py").read_bytes()
    assert len((laid / "README.md").read_text().splitlines()) <= 12


@pytest.mark.slow
def test_wrong_then_right_then_the_solution_lies_beside(own, capsys):
    answer(own, "softmax_first_try.py")
    assert main(["check", "ex01"]) == 1
    said = capsys.readouterr().out
    assert "your softmax runs along the first axis" in said
    assert not (own / "ex01_softmax" / "solution").exists()
    answer(own)
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert f"{CHECKS} of {CHECKS} checks, 10 of 10 points" in said
    assert "Cost  " in said
    assert said.endswith("Next\nRead ex02_attention/README.md\nWrite ex02_attention/attention.py\n")
    assert (own / "ex01_softmax/solution/softmax.py").read_bytes() == ALL[
        0
    ].reference_path.read_bytes()
    entry = memory(own)
    assert entry["attempts"] == {state.computer(): 2}
    assert entry["first_pass"] == entry["passed"]["on"]
    main(["list"])
    said = capsys.readouterr().out
    assert "1 of 7 passed" in said
    assert "> ex02" in said
    with (own / "ex01_softmax" / "softmax.py").open("a") as file:
        file.write("# changed\n")
    main(["list"])
    assert "> ex01  changed" in capsys.readouterr().out
    assert main(["check", "ex01"]) == 0
    assert main(["check", "ex01", "ex02"]) == 1  # one of them is a stub
    assert main(["check", "ex99"]) == 2


@pytest.mark.slow
def test_what_comes_next_follows_the_route(own, capsys):
    shutil.copy(find_exercises()[31].reference_path, own / "ex32_rms_norm" / "rms_norm.py")
    main(["check", "ex32"])
    assert "Write ex33_lora/lora.py" in capsys.readouterr().out
    main(["list"])
    assert "Today's models: 1 of 15 passed" in capsys.readouterr().out
    main(["route", "weekend"])
    main(["check", "ex32"])
    assert "Write ex01_softmax/softmax.py" in capsys.readouterr().out
    done = workbook(own, "ex32_rms_norm", "ex02_attention", "ex36_beam_search", **HERE)
    assert "Next: read ex02_attention/README.md" in done.stdout
    main(["route", "today"])
    done = workbook(own, "ex32_rms_norm", "ex02_attention", "ex36_beam_search", **HERE)
    assert "Next: read ex36_beam_search/README.md" in done.stdout


def test_what_changes_twice_in_a_second_is_what_it_became_last(own, monkeypatch):
    monkeypatch.setenv("ATTENTION_WORKBOOK_NOW", "2030-01-01T00:00:00+00:00")
    progress = state.Progress(own)
    for print_, route in (("a", "everything"), ("b", "weekend"), ("a", "today")):
        main(["route", route])
        progress.note("ex01_softmax", passed={"on": state.stamp(state.now()), "print": print_})
        assert route in progress.read()["route"]["name"].lower().replace("'s", "")
        assert progress.entry("ex01_softmax")["passed"]["print"] == print_


def test_what_asks_for_more_than_values_is_not_judged_before_them(own, capsys):
    answer(own, "softmax_first_try.py")
    main(["check", "ex01"])
    said = capsys.readouterr().out
    for check in ("softmax keeps float32", "softmax leaves its input alone"):
        assert f"{check}: not judged while the values are wrong" in " ".join(said.split())


@pytest.mark.slow
def test_pytest_works_there(own):
    answer(own)
    done = workbook(own, "ex01_softmax", **HERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10/10  passed" in done.stdout
    assert memory(own)["passed"]
    assert (own / "ex01_softmax" / "solution" / "README.md").is_file()
    listed = workbook(own, "--list", **HERE).stdout
    assert "1 of 7 passed" in listed
    assert "pytest --watch" in listed


@pytest.mark.slow
def test_giving_up_is_asked_for_and_costs_the_points(own, capsys, monkeypatch):
    answer(own)
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    main(["give-up", "ex01"])
    assert "Nothing was done" in capsys.readouterr().out
    assert not (own / "ex01_softmax" / "solution").exists()
    main(["give-up", "ex01", "--yes"])
    assert (own / "ex01_softmax" / "solution" / "softmax.py").is_file()
    capsys.readouterr()
    main(["check", "ex01"])
    assert f"{CHECKS} of {CHECKS} checks, 0 of 10 points (given up)" in capsys.readouterr().out
    done = workbook(own, "ex01_softmax", **HERE)
    assert "0/10" in done.stdout
    assert "given up" in done.stdout


@pytest.mark.parametrize(
    "name", ["ex02", "2", "ex02_attention/", "ex02_attention/attention.py", ""]
)
def test_ways_to_name_an_exercise(own, capsys, name):
    shutil.copy(ANSWERS / "softmax_right.py", own / "ex01_softmax" / "softmax.py")
    main(["check", "ex01"])
    capsys.readouterr()
    assert main(["hint", name]) == 0
    assert "ex02 · " in capsys.readouterr().out


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert lay_out.version() in capsys.readouterr().out


def test_hints_are_remembered(own, capsys):
    for number in (1, 2):
        main(["hint", "ex01"])
        assert f"hint {number} of 3" in capsys.readouterr().out
    main(["hint", "ex01:3"])
    assert "attention-workbook give-up ex01" in capsys.readouterr().out
    assert memory(own)["hints"] == 3


def test_two_computers_are_merged_and_nothing_counts_twice(own):
    one, two = (
        {"exercises": {"ex01_softmax": {"attempts": counts, "hints": hints, "first_pass": first}}}
        for counts, hints, first in (
            ({"a": 3, "b": 1}, 1, "2026-01-02T00:00:00Z"),
            ({"a": 2, "b": 5}, 2, "2026-01-01T00:00:00Z"),
        )
    )
    (own / state.FILE).write_text(json.dumps(one))
    (own / "progress (conflict).json").write_text(json.dumps(two))
    progress = state.Progress(own)
    progress.count("ex01_softmax", attempts=1)
    entry = memory(own)
    assert {key: entry["attempts"][key] for key in "ab"} == {"a": 3, "b": 5}
    assert entry["hints"] == 2
    assert entry["first_pass"].startswith("2026-01-01")
    assert not (own / "progress (conflict).json").exists()
    assert (own / "progress (conflict).merged-1.txt").is_file()
    assert merging.merged(progress.read(), progress.read()) == progress.read()


@pytest.mark.parametrize("columns", [40, 80])
def test_a_list_fits_the_screen(own, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    main(["list", "all"])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= columns


def test_update_changes_ours_and_leaves_theirs(own, capsys, monkeypatch):
    answer(own)
    (own / "ex02_attention" / "README.md").write_text("my notes")
    (own / "ex03_attention_backward" / "README.md").unlink()
    newer = lay_out.contents()
    for place in (
        "ex01_softmax/softmax.py",
        "ex02_attention/README.md",
        "ex02_attention/attention.py",
    ):
        newer[place] += b"# newer\n"
    del newer["ex05_masks/README.md"]
    newer["ex99_new/new.py"] = b""
    monkeypatch.setattr(lay_out, "contents", lambda: newer)
    monkeypatch.setattr(lay_out, "version", lambda: "9.9")
    assert main(["update"]) == 0
    said = capsys.readouterr().out
    assert "9.9" in said
    assert "new      ex99_new/new.py" in said
    assert "newer    ex02_attention/attention.py" in said
    assert "back     ex03_attention_backward/README.md" in said
    assert "gone     ex05_masks/README.md" in said
    assert "yours    ex01_softmax/softmax.py: the stub is newer" in said
    assert (own / "ex01_softmax/softmax.py").read_bytes() == (
        ANSWERS / "softmax_right.py"
    ).read_bytes()
    assert (own / "ex02_attention" / "README.md").read_text() == "my notes"
    assert (own / "ex02_attention" / "README.md.newer").read_bytes().endswith(b"# newer\n")
    assert (own / "ex02_attention" / "attention.py").read_bytes().endswith(b"# newer\n")
    main(["update", "."])
    assert "nothing was changed" in capsys.readouterr().out


def test_update_takes_the_answer_of_a_renamed_exercise_along(own, capsys):
    record = json.loads((own / MARK).read_text())
    for name in ("README.md", "softmax.py", "test_ex01_softmax.py"):
        record["files"][f"ex01_old/{name}"] = record["files"].pop(f"ex01_softmax/{name}")
    (own / MARK).write_text(json.dumps(record))
    answer(own)
    state.Progress(own).count("ex01_old", attempts=3)
    (own / "ex01_softmax").rename(own / "ex01_old")
    main(["update"])
    said = capsys.readouterr().out
    assert "with your answer of ex01_old/softmax.py, which stays" in said
    assert said.count("ex01_softmax/softmax.py") == 1
    assert merging.total(state.Progress(own).entry("ex01_softmax"), "attempts") == 3
    for name in ("ex01_old", "ex01_softmax"):
        assert (own / name / "softmax.py").read_bytes() == (
            ANSWERS / "softmax_right.py"
        ).read_bytes()
    assert not (own / "ex01_old" / "README.md").exists()
