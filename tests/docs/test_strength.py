"""Every published row of mutants was measured on the files that lie there now."""

from functools import partial
from pathlib import Path

import attention_workbook  # noqa: F401 - puts the grader on the path
import pytest
from grader.audit import TABLE
from grader.exercise import Exercise, find_exercise, find_exercises
from grader.mutants.measured import broken, seal
from grader.mutants.tally import rows_of

PAGE = TABLE.read_text(encoding="utf-8")


def test_no_row_is_older_than_what_it_measured():
    stale = [name[:4] for name in broken(find_exercises(), PAGE)]
    assert not stale, f"in exercises/: python -m grader.mutants {' '.join(stale)} --write"


@pytest.fixture
def masks(tmp_path):
    """ex05 where it can be changed, and its seal by name of a file to change and how."""
    real = find_exercise("ex05", find_exercises())
    paths = [real.tests_path, real.reference_path, real.solution / "styles.py"]
    copies = [tmp_path / path.relative_to(real.folder.parents[1]) for path in paths]
    for path, copy in zip(paths, copies, strict=True):
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    exercise = Exercise(copies[0].parent, copies[1].parents[1])
    return partial(changed_seal, exercise, dict(zip(("checks", "reference", "styles"), copies)))


def changed_seal(exercise: Exercise, copies: dict[str, Path], file: str, more: str) -> str:
    path = copies[file]
    text = path.read_text("utf-8")
    path.write_text(text + more, "utf-8")
    try:
        return seal(exercise, rows_of(PAGE)[exercise.name])
    finally:
        path.write_text(text, "utf-8")


@pytest.mark.parametrize("file", ["checks", "reference", "styles"])
def test_a_seal_holds_what_decides_and_no_more(masks, file):
    whole = masks(file, "")
    assert masks(file, "\n# a comment\n'a docstring'\nprint('x', says_='other words')\n") == masks(
        file, "\nprint('x')\n"
    )
    assert whole != masks(file, "\nx = 1\n") != masks(file, "\nx = 2\n")


def test_a_row_edited_by_hand_breaks_its_seal():
    row = rows_of(PAGE)["ex05_masks"]
    page = PAGE.replace(row, row.replace("| 0 |", "| 1 |"))
    assert broken([find_exercise("ex05", find_exercises())], page) == ["ex05_masks"]
