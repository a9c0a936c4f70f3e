"""The printed screens of a new user are those of the documentation, line for line."""

import pytest

from tests.workbook import own_screens
from tests.workbook.screens import PAGE, checkout, page


@pytest.mark.slow
def test_the_screens_are_those_of_the_docs(tmp_path):
    assert page(checkout(tmp_path)) == PAGE.read_text(encoding="utf-8"), (
        "the grader's screens changed: look at them, then run python tests/workbook/screens.py"
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", own_screens.OWN)
def test_the_companions_screens_are_those_of_the_docs(language, tmp_path):
    made, kept = own_screens.page(tmp_path, language), own_screens.OWN[language]
    assert made == kept.read_text(encoding="utf-8"), (
        "the companion's screens changed: look at them, then run "
        "python -m tests.workbook.own_screens"
    )


@pytest.mark.parametrize("language", own_screens.OWN)
def test_the_cheap_screens_are_those_of_the_docs(language, tmp_path):
    """All of them take half a minute; these, most of the first page, less than a second."""
    but = {"What an assistant is told"} | ({"A first try"} if language == "zh" else set())
    shown = own_screens.cheap(tmp_path, language, but)
    kept = own_screens.OWN[language].read_text(encoding="utf-8")
    assert [section for section in shown if section not in kept] == []
    assert len(shown) == len(own_screens.STEPS) - len(but)
