"""What is asked for by a command and by a key of ``watch``: a hint, an interview."""

import sys

from grader.hints import next_hint
from grader.home import laid_out
from grader.interview import held, solved

from attention_workbook.checking import at_hand
from attention_workbook.place import Place

INTERVIEW = 60  # minutes, unless others are asked for


def hint(place: Place, wanted: str) -> str:
    """The next hint of an exercise, of the one at hand if none is named."""
    wanted = wanted or at_hand(place).number
    return next_hint(wanted, place.exercises, place.progress, place.typed, laid_out(place.home))


def interview(place: Place, wanted: str) -> str:
    """An interview of so many minutes, remembered if it is the best. Raises ValueError."""
    try:
        minutes = float(wanted or INTERVIEW)
    except ValueError:
        minutes = 0
    if not 0 < minutes <= 24 * 60:
        raise ValueError(f"interview {wanted}: give the minutes you have, such as 60")
    answers = held(place.exercises, place.answers, minutes, place.typed, sys.stdin.isatty())
    progress = place.progress
    if answers:
        progress.interviewed(len(solved(answers)), len(answers), minutes)
    return "\n".join(progress.notes)
