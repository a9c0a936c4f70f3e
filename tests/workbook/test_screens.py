"""The printed screens of a new user are those of the documentation, line for line."""

from tests.workbook import own_screens
from tests.workbook.screens import PAGE, checkout, page


def test_the_screens_are_those_of_the_docs(tmp_path):
    assert page(checkout(tmp_path)) == PAGE.read_text(encoding="utf-8"), (
        "the grader's screens changed: look at them, then run python tests/workbook/screens.py"
    )


def test_the_companions_screens_are_those_of_the_docs(tmp_path):
    assert own_screens.page(tmp_path) == own_screens.OWN.read_text(encoding="utf-8"), (
        "the companion's screens changed: look at them, then run "
        "python -m tests.workbook.own_screens"
    )
