"""The map of the workbook: tables as the questions say, no question of the documents left out."""

import re

import pytest
from grader.contents import PAGE, ROUTES, filled
from grader.exercise import EXERCISES, find_exercises

TEXT = PAGE.read_text(encoding="utf-8")
MAP = TEXT[TEXT.index("## From the documents to the exercises") :]
SECTIONS = [
    *("A1", "A2a", "A2b", "A2c", "A2d", "A2e", "A2f", "A3a", "A3b", "A3c", "A3d", "A3e"),
    *("A4a", "A4b", "A5a", "A5b", "A5c", "A5d", "A5e", "A5f", "A6"),
    *("B1", "B2.1", "B2.2", "B2.3", "B2.4", "B3.1", "B3.2", "B3.3", "B3.4", "B4.1", "B4.2"),
    *("B4.3", "B5.1", "B5.2", "B5.3", "B5.4", "B6.1", "B6.2", "B6.3", "B7", "B8.1", "B8.2"),
    *("B8.3", "B8.4", "B Q1", "B Q2", "B Q3", "B Q4"),
]


def test_the_tables_say_what_the_questions_say():
    assert filled(TEXT, find_exercises()) == TEXT, "run python -m grader.contents"


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_the_documents_has_its_exercise(section):
    row = re.search(rf"^\| {re.escape(section)} \|.*$", MAP, re.MULTILINE)
    assert row is not None
    assert re.search(r"\[ex\d\d\]\(ex\d\d_\w+/README\.md\)", row[0])


def test_every_exercise_is_in_the_map():
    assert set(re.findall(r"\[(ex\d\d)\]", MAP)) == {one.number for one in find_exercises()}


def test_every_link_leads_somewhere():
    targets = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(targets) > 100
    assert [target for target in targets if not (EXERCISES / target).exists()] == []


def test_there_are_three_routes():
    assert len(ROUTES) == 3
