"""What runs instead of the checks: a hint, a case in full, a reset, an interview."""

import sys
from pathlib import Path

import pytest

from grader.exercise import EXERCISES, Exercise, find_exercise, find_exercises
from grader.hints import NoMemory, next_hint
from grader.interview import interview
from grader.reset import reset
from grader.scoreboard import shown
from grader.show import show

MODES = ("hint", "show", "reset", "interview")


def run(config: pytest.Config, answers: Path) -> str:
    """Run the mode asked for; returns what is left to be said. Raises ValueError for a bad name."""
    exercises = find_exercises()
    here = config.invocation_params.dir
    command = f"pytest {shown(EXERCISES, here)}"
    if config.getoption("hint") is not None:
        memory = getattr(config, "cache", None) or NoMemory()
        return next_hint(config.getoption("hint"), exercises, memory, command)
    if config.getoption("show") is not None:
        chosen = _named(config, exercises)
        return show(config.getoption("show"), exercises, chosen, answers, here)
    if config.getoption("reset") is not None:
        return reset(find_exercise(config.getoption("reset"), exercises), answers)
    minutes = config.getoption("interview")
    if not 0 < minutes <= 24 * 60:
        raise ValueError(f"--interview {minutes:g}: give the minutes you have, such as 60")
    interview(exercises, answers, minutes, command, sys.stdin.isatty())
    return ""


def _named(config: pytest.Config, exercises: list[Exercise]) -> list[Exercise]:
    """The exercises whose folders, files or checks are named on the command line."""
    paths = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    return [one for one in exercises if any(one.folder in (p, *p.parents) for p in paths)]
