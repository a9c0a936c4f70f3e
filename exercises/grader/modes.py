"""What runs instead of the checks: a hint, a reset, an interview."""

import sys
from pathlib import Path

import pytest

from grader.exercise import EXERCISES, find_exercise, find_exercises
from grader.hints import NoMemory, next_hint
from grader.interview import interview
from grader.reset import reset
from grader.scoreboard import shown


def run(config: pytest.Config, answers: Path) -> str:
    """Run the mode asked for; returns what is left to be said. Raises ValueError for a bad name."""
    exercises = find_exercises()
    command = f"pytest {shown(EXERCISES, config.invocation_params.dir)}"
    if config.getoption("hint") is not None:
        memory = getattr(config, "cache", None) or NoMemory()
        return next_hint(config.getoption("hint"), exercises, memory, command)
    if config.getoption("reset") is not None:
        return reset(find_exercise(config.getoption("reset"), exercises), answers)
    minutes = config.getoption("interview")
    if not 0 < minutes <= 24 * 60:
        raise ValueError(f"--interview {minutes:g}: give the minutes you have, such as 60")
    interview(exercises, answers, minutes, command, sys.stdin.isatty())
    return ""
