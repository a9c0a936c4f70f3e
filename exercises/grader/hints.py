"""``hint ex02``: the next hint of an exercise, one at a time.

How many were shown is remembered in progress.json and never counts for anything else;
``hint ex02:1`` starts again.
"""

from collections.abc import Callable

from attention_workbook.state import Progress

from grader.exercise import Exercise, find_exercise
from grader.language import said
from grader.question import hints, readme
from grader.verdict import prose


def next_hint(
    wanted: str,
    exercises: list[Exercise],
    progress: Progress,
    typed: Callable[[str, str], str],
    given_up: bool,
) -> str:
    """The text of the next hint. ``wanted`` is "ex02", or "ex02:1" for a certain one.

    ``typed`` says how a command is typed, ``own`` that the folder is a student's own.
    Raises ValueError if there is no such exercise or hint.
    """
    name, colon, number = wanted.partition(":")
    exercise = find_exercise(name, exercises)
    texts = hints(exercise)
    seen = progress.entry(exercise.name).get("hints", 0)
    place = int(number) if number.isdecimal() else 0 if colon else seen + 1
    if colon and not 1 <= place <= len(texts):
        raise ValueError(f"{exercise.name} has hints 1 to {len(texts)}, not {number!r}")
    place = min(place, len(texts))
    progress.note(exercise.name, hints=place)
    lines = [
        prose(said(f"{exercise.number} · {exercise.head.title}: hint {place} of {len(texts)}")),
        "",
        prose(texts[place - 1]),
        "",
    ]
    if place < len(texts):
        lines.append(f"Another:  {typed('hint', exercise.number)}")
    else:
        again = typed("hint", f"{exercise.number}:1")
        lines.append(f"That was the last. From the first again:  {again}")
        if given_up:
            lines.append("The solution comes with a pass, or, for the points of the exercise, with")
            lines.append(f"  {typed('give-up', exercise.number)}")
        else:
            page = f"solutions/{exercise.name}/{readme(exercise.solution).name}"
            lines.append(f"The solution, once you have tried:  {page}")
    return "\n".join([*lines, *progress.notes])
