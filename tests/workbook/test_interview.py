"""Interviews: what is drawn, how the clock runs, what the report says, by a clock of our own."""

import random
import shutil

import pytest
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, NOT_STARTED, PASSED, Score
from grader.interview import Desk, draw, hold, plan_text, report, standing

from tests.workbook.screens import ANSWERS

ALL = find_exercises()


def score(exercise, status, points=0):
    return Score(exercise.name, status, points, exercise.head.points, 0, 10, [])


class FakeDesk:
    """Answers from a list, each after some minutes; what is said is kept."""

    def __init__(self, answers):
        self.answers = iter(answers)
        self.said = []
        self.now = 0.0

    def desk(self):
        return Desk(self.said.append, self.ask, lambda: self.now)

    def ask(self, prompt):
        minutes, action = next(self.answers)
        self.now += minutes * 60
        return action() if callable(action) else action


def test_solved_exercises_are_drawn_last_and_the_time_is_kept():
    scores = {one.name: score(one, PASSED, one.head.points) for one in ALL}
    weak = [find_exercise("ex05", ALL), find_exercise("ex12", ALL)]
    scores[weak[0].name] = score(weak[0], FAILED, 3)
    scores[weak[1].name] = score(weak[1], NOT_STARTED)
    for seed in range(20):
        chosen = draw(ALL, scores, 90, random.Random(seed))
        assert set(chosen[:2]) == set(weak)
        assert sum(one.head.minutes for one in chosen) <= 90
        assert len(set(chosen)) == len(chosen)


def test_what_lost_more_points_is_drawn_sooner_more_often():
    two = [find_exercise("ex03", ALL), find_exercise("ex05", ALL)]
    scores = {two[0].name: score(two[0], NOT_STARTED), two[1].name: score(two[1], FAILED, 9)}
    first = [draw(two, scores, 1, random.Random(seed))[0] for seed in range(200)]
    assert first.count(two[0]) > 150


def test_one_question_is_asked_however_short_the_time():
    scores = {one.name: score(one, NOT_STARTED) for one in ALL}
    assert len(draw(ALL, scores, 1, random.Random(0))) == 1


def test_the_plan_says_why():
    one = find_exercise("ex01", ALL)
    text = plan_text([one], {one.name: score(one, FAILED, 4)}, 20)
    assert "ex01" in text
    assert "4/10 points" in text


@pytest.fixture
def session(tmp_path):
    """Three questions: one solved, one with two faults, one too late."""
    chosen = [find_exercise(number, ALL) for number in ("ex01", "ex01", "ex02", "ex05")]

    def write(source):
        def answer():
            shutil.copy(ANSWERS / source, tmp_path / "ex01_softmax" / "softmax.py")
            return ""

        return answer

    fake = FakeDesk(
        [(12, write("softmax_right.py")), (8, write("softmax_first_try.py")), (30, ""), (1, "")]
    )
    return fake, hold(chosen, 45, tmp_path, fake.desk())


def test_a_session_runs_against_the_clock_and_shows_no_hint(session):
    fake, answers = session
    assert [one.score.status for one in answers] == [PASSED, FAILED, NOT_STARTED]
    assert [round(one.minutes) for one in answers] == [12, 8, 30]
    assert [one.late for one in answers] == [False, False, True]
    said = "\n".join(fake.said)
    assert "The time is up." in said
    assert "25 minutes left" in said
    assert "Hint" not in said
    assert "Follow-ups" not in said
    assert "first axis" not in said


def test_the_report_tells_what_went_well_what_to_drill_and_what_comes_next(session):
    text = report(session[1], "pytest exercises")
    assert "1 of 3 questions solved in time" in text
    well, drill = text.split("What to drill")
    assert "15/15 checks, 12 of 20 minutes" in well
    assert "your softmax runs along the first axis" in drill
    assert "too late" in drill
    assert "pytest exercises/ex01_softmax" in drill
    assert "Follow-ups to ex02" in drill
    assert "| question | marks |" in drill


def test_a_session_can_be_stopped(tmp_path):
    fake = FakeDesk([(1, "q")])
    assert hold(ALL[:3], 60, tmp_path, fake.desk()) == []
    assert "No question was answered" in report([], "pytest exercises")


def test_the_standing_is_worked_out_afresh(tmp_path):
    (tmp_path / "ex01_softmax").mkdir()
    shutil.copy(ANSWERS / "softmax_right.py", tmp_path / "ex01_softmax" / "softmax.py")
    scores = standing(ALL[:2], tmp_path)
    assert [one.status for one in scores.values()] == [PASSED, NOT_STARTED]
