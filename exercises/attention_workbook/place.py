"""Where a command runs, which is all that commands know of the door they came by."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.exercise import Exercise, find_exercises

from attention_workbook.state import Progress


class Place(NamedTuple):
    """Where a command runs: the workbook, its answers, the folder typed in, and by which door.

    ``typed(command, argument)`` is how a command is typed there; ``chosen`` are the exercises
    named besides.
    """

    home: Path
    answers: Path
    here: Path
    typed: Callable[[str, str], str]
    chosen: tuple[Exercise, ...] = ()

    @property
    def exercises(self) -> list[Exercise]:
        """All of the workbook's, in order."""
        return find_exercises(self.home)

    @property
    def progress(self) -> Progress:
        """What is remembered here."""
        return Progress(self.home)
