"""Interviews: how the clock runs, what ends a question, what the report says; by our own clock."""

import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest
from attention_workbook.__main__ import typed
from grader.exercise import SOLUTIONS, find_exercise, find_exercises
from grader.grading import NOT_STARTED, PASSED
from grader.interview import Desk, Session, _wrong, report
from grader.verdict import graded

from tests.workbook.commands import workbook
from tests.workbook.screens import ANSWERS

ALL = find_exercises()
EX01, EX02, EX05 = (find_exercise(number, ALL) for number in ("ex01", "ex02", "ex05"))


class Script:
    """What somebody does at the desk: after some minutes a line, an exception, or an action."""

    def __init__(self, folder, *steps):
        self.folder, self.steps = folder, iter(steps)
        self.said, self.now = [], 0.0

    def ask(self, prompt):
        try:
            minutes, action = next(self.steps)
        except StopIteration:
            raise EOFError from None
        self.now += minutes * 60
        if isinstance(action, type):
            raise action
        if action.endswith(".py"):
            path = self.folder / "ex01_softmax" / "softmax.py"
            shutil.copy(ANSWERS / action, path)
            action = "g"
        return action

    def hold(self, chosen, minutes=60, own=SOLUTIONS):
        desk = Desk(self.said.append, self.ask, lambda: self.now)
        session = Session(self.folder, minutes, desk, own)
        session.hold(chosen)
        return session.answers

    @property
    def text(self):
        return "\n".join(self.said)


def status_of(answers):
    return [one.score.status for one in answers]


def test_a_solved_question_gives_way_to_the_next(tmp_path):
    script = Script(tmp_path, (12, "softmax_right.py"), (3, "s"), (1, "y"))
    answers = script.hold([EX01, EX05], 45)
    assert status_of(answers) == [PASSED, NOT_STARTED]
    assert [round(one.minutes) for one in answers] == [12, 4]
    assert "Question 2 of 2; 33 minutes left" in script.text
    assert "Hint" not in script.text
    assert "Follow-ups" not in script.text


@pytest.mark.parametrize("keys", ["", "   ", "x", "grade"])
def test_no_other_key_ends_a_question(tmp_path, keys):
    script = Script(tmp_path, (1, keys), (1, keys), (1, "softmax_right.py"))
    (only,) = script.hold([EX01])
    assert only.score.status == PASSED
    assert round(only.minutes) == 3
    assert "59 minutes left; the question is still yours." in script.text


@pytest.mark.parametrize("key", ["s", "q"])
def test_leaving_a_question_is_confirmed(tmp_path, key):
    script = Script(tmp_path, (1, key), (1, ""), (1, "softmax_right.py"))
    assert status_of(script.hold([EX01])) == [PASSED]


@pytest.mark.slow
def test_a_question_may_be_tried_again_and_the_last_try_counts(tmp_path):
    script = Script(tmp_path, (5, "softmax_first_try.py"), (5, "softmax_right.py"))
    (only,) = script.hold([EX01])
    assert (only.score.status, only.wrong, round(only.minutes)) == (PASSED, [], 10)
    assert "failed: 0 of 17 checks." in script.text
    assert "first axis" not in script.text, "the cause is for the end"


def test_what_comes_after_the_clock_is_too_late(tmp_path):
    script = Script(tmp_path, (50, "softmax_right.py"))
    (only,) = script.hold([EX01, EX05], 45)
    assert only.late
    assert "too late, and passed" in script.text
    assert "The time is up." in script.text


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_what_was_answered_before_an_interruption_is_reported(tmp_path, end):
    script = Script(tmp_path, (5, "softmax_right.py"), (1, end))
    assert status_of(script.hold([EX01, EX05])) == [PASSED]
    assert "Stopped." in script.text


def test_a_session_can_be_stopped(tmp_path):
    script = Script(tmp_path, (1, "q"), (0, "y"))
    assert script.hold(ALL[:3]) == []
    assert "No question was answered" in report([], typed)


@pytest.mark.slow
def test_the_report_names_what_failed_and_why(tmp_path):
    script = Script(
        *(tmp_path, (12, "softmax_right.py"), (8, "softmax_first_try.py")),
        *((0, "s"), (0, "y"), (30, "")),
    )
    answers = script.hold([EX01, EX01, EX02, EX05], 45)
    text = report(answers, typed)
    assert "1 of 3 questions solved in time" in text
    well, drill = text.split("What to drill")
    assert "17/17 checks, 12 of 20 minutes" in well
    assert "values of a matrix: 0.259, not 0.0546836" in drill
    assert "and 13 checks more" in drill
    assert "likely cause: your softmax runs along the first axis" in drill
    assert "not started, 30 of 30 minutes, too late" in drill
    assert "attention-workbook check ex01_softmax" in drill
    assert "Follow-ups to ex02" in drill
    assert "| question | marks |" in drill


def test_a_cause_that_no_list_holds_is_told_too(tmp_path):
    path = tmp_path / "softmax.py"
    path.write_text("def softmax(x, axis=-1):\n    return x\n")
    told = "\n".join(_wrong(graded(EX01, path)))
    assert "likely cause: your softmax is your input `x` itself" in told
    assert "no known mistake" not in told


def test_the_capstone_finds_the_answers_that_it_is_built_on(tmp_path):
    capstone = find_exercise("ex29", ALL)
    script = Script(tmp_path, (1, "s"), (0, "y"))
    (only,) = script.hold([capstone])
    assert only.score.status == NOT_STARTED
    home = tmp_path / "ex29"
    for part in capstone.parts:
        copy = home / part.name / part.file
        assert copy.read_bytes() == part.reference_path.read_bytes()
    assert (home / capstone.name / capstone.file).is_file()


@pytest.mark.slow
def test_a_right_capstone_passes_in_a_session(tmp_path):
    capstone = find_exercise("ex29", ALL)

    class Student(Script):
        def ask(self, prompt):
            shutil.copy(capstone.reference_path, self.folder / "ex29" / capstone.name)
            return "g"

    assert status_of(Student(tmp_path).hold([capstone])) == [PASSED]


@pytest.mark.slow
@pytest.mark.parametrize(("stdin", "minutes"), [("", "45"), ("g\n", "20")])
def test_without_a_terminal_there_is_the_plan(clone, stdin, minutes):
    done = workbook(clone, "exercises", "--interview", minutes, stdin=stdin)
    assert done.returncode == 0, done.stderr
    assert f"Interview of {minutes} minutes" in done.stdout
    assert "plan only" in done.stdout


@pytest.mark.slow
def test_at_a_real_terminal(clone, tmp_path):
    """Enter to start, Enter by accident, grade, skip, yes: the report follows."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pytest", "exercises", "--interview", "20"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTEST_ADDOPTS": ""}
    with subprocess.Popen(
        command, cwd=clone, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as run:
        os.close(theirs)
        said = b""
        for prompt, keys in (
            (b"starts the clock: ", b"\n"),
            (b"time is left: ", b"\n"),
            (b"still yours.", b"g\n"),
            (b"not started: 0 of ", b"s\n"),
            (b"y = yes: ", b"y\n"),
            (b"answers of this session", b""),
        ):
            seen, deadline = len(said), time.monotonic() + 60
            while prompt not in said[seen:]:
                ready, _, _ = select.select([ours], [], [], deadline - time.monotonic())
                assert ready, said.decode()
                said += os.read(ours, 4096)
            os.write(ours, keys)
    os.close(ours)
    assert run.returncode == 0
    assert b"Traceback" not in said
    assert b"Report: 0 of 1 questions solved in time." in said
