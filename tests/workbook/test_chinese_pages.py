"""Chinese, whole: every mistake, point and page of an exercise is translated, and says the same."""

import ast
import re

import pytest
from grader import language
from grader.contents import of_today
from grader.exercise import Exercise, find_exercises
from grader.question import asked, follow_ups, hints, matters, rubric, section

ALL = find_exercises()
EXERCISES = [one for one in ALL if not of_today(one) or (one.folder / "README.zh.md").is_file()]
EXPLAINED = [one for one in EXERCISES if (one.solution / "README.zh.md").is_file()]
HAN = re.compile(r"[\u4e00-\u9fff]")
SOLUTION = {
    "Cost": "代价",
    "What interviewers listen for": "面试官听什么",
    "Follow-ups": "追问",
    "Rubric": "评分标准",
}
QUESTION = {"Shapes": "形状", "Rules": "规则", "Hints": "提示", "Follow-ups": "追问"}
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.number)


@pytest.fixture(autouse=True)
def in_chinese():
    language.choose("zh")
    yield
    language.choose("en")


def points(exercise: Exercise) -> set[str]:
    """What the checks of an exercise say, "The point", as they stand in its test file."""
    tree = ast.parse(exercise.tests_path.read_text(encoding="utf-8"))
    named = {one.targets[0].id: one.value for one in ast.walk(tree)
             if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)}  # fmt: skip
    said = [one.value for one in ast.walk(tree)
            if isinstance(one, ast.keyword) and one.arg in ("says", "says_")]  # fmt: skip
    values = (named.get(one.id, one) if isinstance(one, ast.Name) else one for one in said)
    return {one.value for one in values if isinstance(one, ast.Constant) and one.value}


def kept(text: str) -> list[str]:
    """What a translation must not touch: code, blocks of it, formulas without words."""
    blocks = re.findall(r"^ *```\w+\n.*?```", text, re.M | re.S)
    plain = re.sub(r"^ *```.*?```", "", text, flags=re.M | re.S)
    spans = re.findall(r"`[^`\n]+`|\$\$[^$]+\$\$|\$[^$]+\$", plain)
    return sorted([*blocks, *(" ".join(one.split()) for one in spans if r"\text" not in one)])


def items(text: str) -> tuple[int, ...]:
    """How many points, numbered points and rows of a table a section has."""
    text = re.sub(r"^ *```.*?```", "", text, flags=re.M | re.S)
    return tuple(len(re.findall(mark, text, re.M)) for mark in (r"^- ", r"^\d+\. ", r"^\|"))


@each
def test_every_mistake_and_point_is_translated(exercise):
    sentences = {one.says for one in exercise.mistakes} | points(exercise)
    assert [one for one in sentences if not HAN.search(language.message(one) or "")] == []


@each
def test_the_question_page_says_the_same(exercise):
    english = (exercise.folder / "README.md").read_text(encoding="utf-8")
    chinese = (exercise.folder / "README.zh.md").read_text(encoding="utf-8")
    assert chinese.splitlines()[0].startswith(f"# {exercise.number} · ")
    assert section(chinese, "问题") == section(english, "问题")
    head = exercise.head
    assert f"**分值：** {head.points} · **时间：** {head.minutes} 分钟" in chinese
    for name, own in QUESTION.items():
        one, other = section(english, name), section(chinese, own)
        assert kept(one) == kept(other), name
        assert items(one) == items(other), name
    assert len(hints(exercise)) == 3
    assert all(map(HAN.search, hints(exercise)))


def test_every_solution_is_explained_in_chinese():
    assert {one.number for one in ALL} - {one.number for one in EXPLAINED} == set()


@pytest.mark.parametrize("exercise", EXPLAINED, ids=lambda one: one.number)
def test_the_solution_page_says_the_same(exercise):
    english = (exercise.solution / "README.md").read_text(encoding="utf-8")
    chinese = (exercise.solution / "README.zh.md").read_text(encoding="utf-8")
    for name, own in SOLUTION.items():
        one, other = section(english, name), section(chinese, own)
        assert kept(one) == kept(other), name
        assert items(one) == items(other), name
    assert all(map(HAN.search, (*matters(exercise), rubric(exercise))))


@each
def test_what_is_asked_is_chinese_and_gives_no_hint(exercise):
    text = asked(exercise)
    assert "## 规则" in text
    assert "提示 1" not in text
    assert "## Rules" not in text
    assert HAN.search(follow_ups(exercise))
