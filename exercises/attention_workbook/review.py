"""What has passed comes back after 1, 3, 7 and 21 days, from a fresh stub, against the clock.

Solved in its minutes, the interval grows; solved too late, it stays; not solved, it falls back to a
day. The review has a folder of its own, ``review/``: the answer that passed is left alone.
"""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from grader.exercise import Exercise, find_exercise
from grader.grading import PASSED
from grader.language import said
from grader.question import asked
from grader.reset import reset
from grader.verdict import count, fitted, graded, prose, reports

from attention_workbook.listing import due_now
from attention_workbook.place import Place
from attention_workbook.state import Progress, now, stamp

DAYS = (1, 3, 7, 21)
FOLDER = "review"
ACTIONS = "Enter = grade it, q = give it up for today: "


def first_review(name: str, progress: Progress) -> None:
    """After a first pass: the exercise comes back tomorrow."""
    if "review" not in progress.entry(name):
        put_off(name, progress, 0)


def put_off(name: str, progress: Progress, step: int) -> str:
    """Set when an exercise comes back, in ``DAYS[step]`` days; returns that day."""
    step = min(max(step, 0), len(DAYS) - 1)
    due = (now() + timedelta(days=DAYS[step])).date().isoformat()
    progress.note(name, review={"last": stamp(now()), "due": due, "step": step})
    return due


def review(
    place: Place,
    wanted: str = "",
    ask: Callable[[str], str] = input,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """One exercise again, the longest overdue if none is named. Raises ValueError."""
    progress = place.progress
    entries = progress.read()["exercises"]
    if wanted:
        exercise = find_exercise(wanted, place.exercises)
        if "review" not in entries.get(exercise.name, {}):
            raise ValueError(
                f"{exercise.number} has not passed yet: only what has passed comes back"
            )
    else:
        due = due_now(place.exercises, entries)
        if not due:
            return _nothing_due(entries)
        exercise = due[0]
    path = laid_out_again(exercise, place)
    minutes = exercise.head.minutes
    print(prose(asked(exercise)))
    where = path.relative_to(place.home)
    print(said(f"\nWrite it anew in {where}; {minutes} minutes from now."))
    return _held(exercise, path, place, ask, clock)


def _held(
    exercise: Exercise,
    path: Path,
    place: Place,
    ask: Callable[[str], str],
    clock: Callable[[], float],
) -> str:
    began = clock()
    while True:
        try:
            action = ask(said(ACTIONS)).strip().lower()
        except EOFError:
            return "There is no terminal to answer at: the stub lies there, nothing else changed."
        minutes = (clock() - began) / 60
        solved = False
        if action != "q":
            run = graded(exercise, path)
            solved = run.score(named=False).status == PASSED
            if not solved:
                print(fitted("\n\n".join([*reports(run, most=1, brief=3), count(run)])))
        if solved or action == "q":
            return _ended(exercise, place.progress, solved, minutes)


def _ended(exercise: Exercise, progress: Progress, solved: bool, minutes: float) -> str:
    step = progress.entry(exercise.name)["review"]["step"]
    late = minutes > exercise.head.minutes
    after = step + (not late) if solved else 0
    due = put_off(exercise.name, progress, after)
    word = ("solved, but late" if late else "solved") if solved else "not solved"
    took = f"{minutes:.0f} of {exercise.head.minutes} minutes"
    return "\n".join(
        [f"{exercise.number}: {word}, {took}. It comes back on {due}.", *progress.notes]
    )


def laid_out_again(exercise: Exercise, place: Place) -> Path:
    """A fresh stub in the scratch folder; an attempt that lies there is kept beside it."""
    scratch = place.home / FOLDER
    for part in exercise.parts:
        (scratch / part.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(place.home / part.name / part.file, scratch / part.name)
    reset(exercise, scratch)
    return scratch / exercise.name / exercise.file


def _nothing_due(entries: dict) -> str:
    dates = sorted(entry["review"]["due"] for entry in entries.values() if "review" in entry)
    if not dates:
        return "Nothing is due: what passes comes back the day after."
    return f"Nothing is due today; the next on {dates[0]}."
