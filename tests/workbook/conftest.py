"""Puts the grader on the path, as the workbook's own conftest does; a clone to run it in."""

import sys
from pathlib import Path

import pytest

EXERCISES = str(Path(__file__).parents[2] / "exercises")
if EXERCISES not in sys.path:
    sys.path.append(EXERCISES)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone of the workbook, for one file of tests."""
    from tests.workbook.screens import checkout

    return checkout(tmp_path_factory.mktemp("clone"))
