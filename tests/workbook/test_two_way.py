"""The two-way check: references and styles pass, stubs are not started, every mistake is caught.

Caught means rejected, and named by its own diagnosis and by no other. Variants run in this process
on the same requests; the slow test runs them all in workers, as a student's file is run.
"""

import ast
import re

import pytest
from grader.audit import TABLE, audit, try_mistake, try_style
from grader.contents import of_today
from grader.exercise import EXERCISES, SOLUTIONS, find_exercises
from grader.question import HINT, follow_ups, rubric, section
from grader.sandbox.rules import is_untouched
from grader.strength import passes

ALL = find_exercises()
QUICK = {"ex01", "ex05", "ex16", "ex22"}  # of the quick tests; the long ones hold all
MANY_MISTAKES = {"ex02", "ex03", "ex05", "ex06", "ex09", "ex12", "ex23"}


def every_exercise(slow=()):
    marks = {number: [pytest.mark.slow] for number in slow}
    params = [pytest.param(one, marks=marks.get(one.number, ())) for one in ALL]
    return pytest.mark.parametrize("exercise", params, ids=[one.number for one in ALL])


def test_every_folder_is_a_whole_exercise():
    folders = {path.name for path in EXERCISES.glob("ex*_*")}
    assert folders == {path.name for path in SOLUTIONS.glob("ex*_*")}
    assert folders == {exercise.name for exercise in ALL}


@every_exercise(slow={one.number for one in ALL} - QUICK)
def test_the_grader_is_sound_both_ways(exercise):
    assert audit(exercise).faults() == []


@pytest.mark.slow
def test_the_published_table_is_the_measured_one():
    strengths = [audit(exercise).strength() for exercise in ALL]
    published = TABLE.read_text(encoding="utf-8")
    for one in strengths:
        counts = f"| {one.name} | {one.checks} | {one.mistakes} | {one.rejected} | {one.named} "
        assert counts + f"| {one.passing} of {one.styles} |" in published


@pytest.mark.slow
@every_exercise()
def test_the_worker_judges_as_this_process_does(exercise):
    verdicts = [try_mistake(exercise, one, worker=True) for one in exercise.mistakes]
    assert [one.name for one in verdicts if not one.sound] == []
    styles = [try_style(exercise, one, worker=True) for one in exercise.styles]
    assert all(map(passes, styles))


@every_exercise()
def test_there_are_enough_wrong_and_right_answers(exercise):
    assert len({one.says for one in exercise.styles}) >= 3
    says = [one.says for one in exercise.mistakes]
    assert len(says) == len(set(says))
    assert len(says) >= (12 if exercise.number in MANY_MISTAKES else 8)
    assert all(len(text.split()) >= 5 for text in says)


@every_exercise()
def test_the_question_is_complete(exercise):
    text = exercise.question
    assert re.search(r"\*\*Points:\*\* \d+ · \*\*Minutes:\*\* \d+ · \*\*Difficulty:\*\*", text)
    assert 5 <= exercise.head.points <= 20
    assert exercise.head.minutes >= 5
    if of_today(exercise):
        assert re.search(r"\[.+, \d{4}\]\(https://.+\)", exercise.head.origin)
        assert len(exercise.head.asked.split()) > 4
    else:
        assert re.search(r"[AB]\d|B Q\d", exercise.head.origin)
    for heading in ("Question", "问题", "Shapes", "Rules", "Hints", "Follow-ups"):
        assert section(text, heading), f"{exercise.name} has no section {heading!r}"
    assert re.search(r"[\u4e00-\u9fff]{8}", section(text, "问题"))
    assert [number for number, _ in HINT.findall(text)] == ["1", "2", "3"]


@every_exercise()
def test_the_explanation_is_complete(exercise):
    text = (exercise.solution / "README.md").read_text(encoding="utf-8")
    headings = "Derivation", "Cost", "What interviewers listen for", "Follow-ups", "中文要点"
    for heading in headings:
        assert section(text, heading), f"{exercise.name}'s solution has no section {heading!r}"
    assert rubric(exercise)
    asked = re.findall(r"^(\d+)\.", follow_ups(exercise), re.M)
    answered = re.findall(r"^(\d+)\.", section(text, "Follow-ups"), re.M)
    assert len(asked) >= 3
    assert asked == answered


@every_exercise()
def test_the_kept_stub_is_the_exercises_own(exercise):
    stub = exercise.solution / "stub.py"
    answer = exercise.folder / exercise.file
    assert is_untouched(ast.parse(stub.read_text(encoding="utf-8")))
    if not is_untouched(ast.parse(answer.read_text(encoding="utf-8"))):
        pytest.skip("this exercise is being worked on")
    assert answer.read_text(encoding="utf-8") == stub.read_text(encoding="utf-8")
