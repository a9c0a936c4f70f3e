"""The code on the solutions' pages runs beside the references and prints what stands under it."""

import doctest
import re
import sys
import textwrap

import pytest
from grader.exercise import find_exercises

from tests.docs.code_blocks import find_blocks, run_block, without_trailing_blanks

INDENTED = re.compile(r"^ +```(?:python|text)\n.*?^ +```$", re.M | re.S)
SECONDS = {"ex25", "ex28"}


def blocks_of(exercise):
    """The page's code; blocks inside a list stand further left here."""
    text = (exercise.solution / "README.md").read_text(encoding="utf-8")
    return find_blocks(INDENTED.sub(lambda match: textwrap.dedent(match[0]), text))


@pytest.fixture
def own_modules():
    """The solutions' modules are imported by their short names; one is called like the toolkit."""
    names = {path.stem for one in find_exercises() for path in one.solution.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in names & set(sys.modules)}
    yield
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


WITH_CODE = [exercise for exercise in find_exercises() if blocks_of(exercise)]


@pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(one, marks=[pytest.mark.slow] * (one.number in SECONDS), id=one.number)
        for one in WITH_CODE
    ],
)
def test_blocks_run_and_print_what_they_say(exercise, monkeypatch, own_modules):
    monkeypatch.chdir(exercise.solution)
    monkeypatch.setattr(sys, "path", [str(exercise.solution), *sys.path])
    page, names = exercise.solution / "README.md", {"__name__": "__main__"}
    for block in blocks_of(exercise):
        if block.code.startswith(">>>"):
            wrong = said_otherwise(block, names)
            assert not wrong, f"{page}: {wrong}"
        else:
            printed = run_block(block, page, names)
            assert printed == without_trailing_blanks(block.expected or ""), page


def said_otherwise(block, names):
    """What the examples of a doctest block say instead."""
    test = doctest.DocTestParser().get_doctest(block.code, names, "page", "page", block.line)
    heard = []
    doctest.DocTestRunner(verbose=False).run(test, out=heard.append, clear_globs=False)
    names.update(test.globs)
    return "".join(heard)


def test_most_pages_have_code():
    assert len(WITH_CODE) > 24
