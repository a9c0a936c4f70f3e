"""Puts the grader on the path, as the workbook's own conftest does; a clone to run it in."""

import shutil
import sys
from pathlib import Path

import pytest

EXERCISES = str(Path(__file__).parents[2] / "exercises")
UNHURRIED = 4.0  # times the seconds that a search has
if EXERCISES not in sys.path:
    sys.path.append(EXERCISES)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """What is found by a search is no matter of the machine that runs the tests."""
    monkeypatch.setattr("grader.clock.pace", lambda: UNHURRIED)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone of the workbook, for one file of tests."""
    from tests.workbook.screens import checkout

    return checkout(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="session")
def laid(tmp_path_factory):
    """A workbook as init lays it out, which no test changes."""
    from attention_workbook import lay_out

    folder = tmp_path_factory.mktemp("own") / "mine"
    assert "exercises" in lay_out.init(folder)
    return folder


@pytest.fixture
def own(laid, tmp_path, monkeypatch):
    """A workbook to work in."""
    folder = shutil.copytree(laid, tmp_path / "mine")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")
    return folder
