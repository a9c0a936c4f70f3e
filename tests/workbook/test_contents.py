"""The map of the workbook: tables as the questions say, no question of the documents left out."""

import re

import pytest
from grader.audit import README, TABLE
from grader.contents import PAGES, ROUTES, TODAY, filled, of_today
from grader.exercise import EXERCISES, find_exercises
from grader.language import choose

TEXTS = {language: page.read_text(encoding="utf-8") for language, page in PAGES.items()}
MAP = TEXTS["en"][TEXTS["en"].index("## From the documents to the exercises") :]
both = pytest.mark.parametrize("language", PAGES)
SECTIONS = [
    *("A1", "A2a", "A2b", "A2c", "A2d", "A2e", "A2f", "A3a", "A3b", "A3c", "A3d", "A3e"),
    *("A4a", "A4b", "A5a", "A5b", "A5c", "A5d", "A5e", "A5f", "A6"),
    *("B1", "B2.1", "B2.2", "B2.3", "B2.4", "B3.1", "B3.2", "B3.3", "B3.4", "B4.1", "B4.2"),
    *("B4.3", "B5.1", "B5.2", "B5.3", "B5.4", "B6.1", "B6.2", "B6.3", "B7", "B8.1", "B8.2"),
    *("B8.3", "B8.4", "B Q1", "B Q2", "B Q3", "B Q4"),
]


@both
def test_the_tables_say_what_the_questions_say(language):
    choose(language)
    made = filled(TEXTS[language], find_exercises())
    choose("en")
    assert made == TEXTS[language], "run python -m grader.contents"


def test_both_pages_map_alike():
    maps = []
    for text in TEXTS.values():
        rows = (row.split(" | ") for row in re.findall(r"^\| [AB][ \dQ].*$", text, re.M))
        maps.append([(row[0], re.findall(r"\[ex\d\d\]", row[2])) for row in rows])
    assert len(maps[0]) == len(SECTIONS)
    assert maps[0] == maps[1]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_documents_has_its_exercise(section):
    row = re.search(rf"^\| {re.escape(section)} \|.*$", MAP, re.MULTILINE)
    assert row is not None
    assert re.search(r"\[ex\d\d\]\(ex\d\d_\w+/README\.md\)", row[0])


def test_every_exercise_is_in_the_map():
    first = {one.number for one in find_exercises() if not of_today(one)}
    assert set(re.findall(r"\[(ex\d\d)\]", MAP)) == first


@both
def test_every_link_leads_somewhere(language):
    targets = re.findall(r"\]\(([^)#]+)\)", TEXTS[language])
    assert len(targets) > 100
    own = [target for target in targets if "://" not in target]
    assert [target for target in own if not (EXERCISES / target).exists()] == []


def test_the_routes_know_their_exercises_and_what_comes_before():
    known = {one.number for one in find_exercises()}
    for name, route in ROUTES.items():
        assert len(set(route.numbers or known)) == len(route.numbers or known)
        assert name == TODAY or set(route.numbers or known) <= known
        assert route.after is None or route.after in ROUTES


def test_the_published_counts_are_those_of_the_exercises():
    """Checks and wrong answers, row by row and in all, and in the README's table."""
    page = TABLE.read_text(encoding="utf-8")
    checks = mistakes = 0
    for one in find_exercises():
        checks, mistakes = checks + len(one.checks), mistakes + len(one.mistakes)
        row = f"| {one.name} | {len(one.checks)} | {len(one.mistakes)} | {len(one.mistakes)} "
        assert row in page, f"run python -m grader.audit {one.number} --write"
    assert f"| **all** | {checks} | {mistakes} | {mistakes} | {mistakes} |" in page
    readme = README.read_text(encoding="utf-8")
    assert f"| {mistakes} of {mistakes} | `python -m grader.audit`" in readme
