"""What comes back and when, and what an assistant may know."""

import json
import shutil

import pytest
from attention_workbook import lay_out, state
from attention_workbook.__main__ import main, typed
from attention_workbook.place import Place
from attention_workbook.review import review
from grader.exercise import find_exercises
from grader.question import hints

from tests.workbook.screens import ANSWERS

EX01 = find_exercises()[0]


@pytest.fixture
def place(tmp_path, monkeypatch):
    lay_out.init(tmp_path / "mine")
    home = tmp_path / "mine"
    monkeypatch.chdir(home)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("ATTENTION_WORKBOOK_NOW", "2026-03-01T12:00:00+00:00")
    shutil.copy(ANSWERS / "softmax_right.py", home / "ex01_softmax" / "softmax.py")
    main(["check", "ex01"])
    return Place(home, home, home, typed)


def held(place, monkeypatch, day, minutes=5.0, name="softmax_right.py", *lines):
    """A review on a day, that takes some minutes."""
    monkeypatch.setenv("ATTENTION_WORKBOOK_NOW", f"{day}T12:00:00+00:00")
    times = iter([0.0, minutes * 60, minutes * 60, minutes * 60])
    said = iter(lines or [""])

    def ask(prompt):
        stub = place.home / "review" / "ex01_softmax" / "softmax.py"
        assert stub.read_bytes() == (EX01.solution / "stub.py").read_bytes()
        shutil.copy(ANSWERS / name, stub)
        return next(said)

    return review(place, "", ask, lambda: next(times))


@pytest.mark.slow
def test_the_interval_grows_stays_and_falls(place, monkeypatch, capsys):
    own = place.home / "ex01_softmax" / "softmax.py"
    before = own.read_bytes()
    assert "next on 2026-03-02" in review(place)
    said = held(place, monkeypatch, "2026-03-02")
    assert "solved, 5 of 20 minutes" in said
    assert "comes back on 2026-03-05" in said
    assert "on 2026-03-12" in held(place, monkeypatch, "2026-03-05")
    late = held(place, monkeypatch, "2026-03-12", 30.0)
    assert "solved, but late" in late
    assert "on 2026-03-19" in late
    assert "on 2026-04-09" in held(place, monkeypatch, "2026-03-19")
    assert "on 2026-04-30" in held(place, monkeypatch, "2026-04-09")
    fallen = held(place, monkeypatch, "2026-04-30", 5.0, "softmax_first_try.py", "q")
    assert "not solved" in fallen
    assert "on 2026-05-01" in fallen
    assert own.read_bytes() == before
    assert len(list((place.home / "review" / "ex01_softmax").glob("*.attempt-*.py"))) == 5


def test_what_is_due_is_listed(place, monkeypatch, capsys):
    monkeypatch.setenv("ATTENTION_WORKBOOK_NOW", "2026-03-02T01:00:00+00:00")
    main(["list"])
    assert "Due for review: ex01" in capsys.readouterr().out
    assert main(["review", "ex02"]) == 2
    assert "has not passed yet" in capsys.readouterr().err


@pytest.mark.slow
def test_an_assistant_is_told_what_fails_and_not_the_answer(place, capsys):
    shutil.copy(ANSWERS / "softmax_first_try.py", place.home / "ex01_softmax" / "softmax.py")
    capsys.readouterr()
    main(["hint", "ex01:2"])
    capsys.readouterr()
    main(["explain", "ex01", "--json"])
    facts = json.loads(capsys.readouterr().out)
    assert facts["status"] == "failed"
    causes = facts["likely_causes"]
    assert "first axis" in causes[0]["cause"]
    assert facts["failing"][0]["check"] in causes[0]["checks"]
    assert len({one["cause"] for one in causes}) == len(causes) < len(facts["failing"])
    assert facts["failing"][0]["place"] == "output[0, 0]"
    assert facts["hint_due"] == {"level": 2, "text": hints(EX01)[1]}
    assert facts["follow_ups"] == []
    text = json.dumps(facts)
    assert "0.0546836" not in text  # the expected value
    lines = EX01.reference_path.read_text().splitlines()
    assert not any(line.strip() in text for line in lines if "return" in line)


@pytest.mark.slow
def test_the_hint_that_an_assistant_is_told_counts(place, capsys):
    shutil.copy(ANSWERS / "softmax_first_try.py", place.home / "ex01_softmax" / "softmax.py")
    for _ in range(2):  # the same one until another is asked for
        capsys.readouterr()
        main(["explain", "ex01", "--json"])
        assert json.loads(capsys.readouterr().out)["hint_due"]["level"] == 1
    assert place.progress.entry("ex01_softmax")["hints"] == 1
    main(["explain", "ex01"])
    said = capsys.readouterr().out
    causes = [line for line in said.splitlines() if line.startswith("likely cause:")]
    assert len(set(causes)) == len(causes) > 0
    assert "place: output[0, 0]" in said


def test_a_passed_answer_gets_follow_ups(place, capsys):
    capsys.readouterr()
    main(["explain", "ex01"])
    said = capsys.readouterr().out
    assert "passed" in said
    assert "Ask next: 1. " in said
    assert "Hint" not in said


def test_a_best_interview_is_remembered(place):
    progress = state.Progress(place.home)
    for solved in (1, 3, 2):
        progress.interviewed(solved, 4, 45.0)
    assert progress.read()["best_interview"]["solved"] == 3
