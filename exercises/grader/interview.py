"""``--interview MINUTES``: questions drawn by weakness, against the clock, with no hints.

Every question starts from a fresh stub in a folder of its own, so earlier answers neither help
nor suffer. The session ends with a report: what went well, what to drill, follow-ups and rubric.
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.exercise import Exercise
from grader.grading import NOT_STARTED, PASSED, Score, grade
from grader.question import asked, follow_ups, rubric
from grader.reset import reset
from grader.sandbox.runner import Sandboxed


class Answer(NamedTuple):
    """One question of a session: its score, the minutes it took, whether it came too late."""

    exercise: Exercise
    score: Score
    minutes: float
    late: bool


class Desk(NamedTuple):
    """What a session needs of the world; tests bring their own."""

    say: Callable[[str], None] = print
    ask: Callable[[str], str] = input
    clock: Callable[[], float] = time.monotonic


def standing(exercises: list[Exercise], answers: Path) -> dict[str, Score]:
    """Every exercise of a folder, graded afresh."""
    scores = {}
    for exercise in exercises:
        candidate = Sandboxed(exercise, answers / exercise.name / exercise.file)
        scores[exercise.name] = grade(exercise, candidate).score()
        candidate.close()
    return scores


def draw(
    exercises: list[Exercise], scores: dict[str, Score], minutes: float, rng: random.Random
) -> list[Exercise]:
    """Questions that fill the time: solved ones last, the others the sooner the more they lost."""

    def place(exercise: Exercise) -> tuple[bool, float]:
        score = scores[exercise.name]
        lost = max(score.out_of - score.points, 1)
        return score.status == PASSED, -(rng.random() ** (1 / lost))  # a weighted draw

    chosen: list[Exercise] = []
    left = minutes
    for exercise in sorted(exercises, key=place):
        if exercise.head.minutes <= left or not chosen:
            chosen.append(exercise)
            left -= exercise.head.minutes
    return chosen


def plan_text(chosen: list[Exercise], scores: dict[str, Score], minutes: float) -> str:
    """What will be asked, and why."""
    lines = [f"Interview of {minutes:g} minutes, weakest first:"]
    for exercise in chosen:
        score = scores[exercise.name]
        why = (
            score.status if score.status == NOT_STARTED else f"{score.points}/{score.out_of} points"
        )
        minutes_text = f"{exercise.head.minutes} min"
        lines.append(f"  {exercise.number}  {minutes_text:>7}  {exercise.head.title} ({why})")
    return "\n".join(lines)


def hold(chosen: list[Exercise], minutes: float, folder: Path, desk: Desk) -> list[Answer]:
    """Ask the questions one by one until they or the time are out."""
    start = desk.clock()
    answers = []
    for number, exercise in enumerate(chosen, 1):
        left = minutes - (desk.clock() - start) / 60
        if left <= 0:
            desk.say("\nThe time is up.")
            break
        reset(exercise, folder)
        answer = folder / exercise.name / exercise.file
        desk.say(f"\n{'=' * 72}\nQuestion {number} of {len(chosen)}; {left:.0f} minutes left.\n")
        desk.say(asked(exercise))
        desk.say(f"\nWrite your answer in {answer}")
        began = desk.clock()
        said = desk.ask("Enter = grade it, s = skip, q = stop here: ").strip().lower()
        if said == "q":
            break
        answers.append(_graded(exercise, answer, began, start + minutes * 60, desk))
    return answers


def _graded(exercise: Exercise, path: Path, began: float, deadline: float, desk: Desk) -> Answer:
    now = desk.clock()
    candidate = Sandboxed(exercise, path)
    score = grade(exercise, candidate).score()
    candidate.close()
    late = now > deadline
    word = "too late, and " if late else ""
    desk.say(f"{word}{score.status}: {score.checks_passed} of {score.checks} checks.")
    return Answer(exercise, score, (now - began) / 60, late)


def report(answers: list[Answer], command: str) -> str:
    """What went well, what to drill, and the follow-ups with their rubric."""
    if not answers:
        return "\nNo question was answered."
    good = [one for one in answers if one.score.status == PASSED and not one.late]
    weak = [one for one in answers if one not in good]
    lines = [f"\n{'=' * 72}", f"Report: {len(good)} of {len(answers)} questions solved in time."]
    if good:
        lines += ["", "What went well"]
        lines += [f"  {_line(one)}" for one in good]
    if weak:
        lines += ["", "What to drill"]
        for one in weak:
            lines.append(f"  {_line(one)}")
            lines += [f"      {text}" for text in _causes(one)]
            lines.append(f"      {command}/{one.exercise.name}")
    for one in answers:
        lines += ["", f"Follow-ups to {one.exercise.number} · {one.exercise.head.title}", ""]
        lines += [follow_ups(one.exercise), "", "How they are marked", "", rubric(one.exercise)]
    return "\n".join(lines)


def _line(one: Answer) -> str:
    late = ", too late" if one.late else ""
    checks = f"{one.score.checks_passed}/{one.score.checks} checks"
    times = f"{one.minutes:.0f} of {one.exercise.head.minutes} minutes"
    return f"{one.exercise.number}  {one.exercise.head.title}: {checks}, {times}{late}"


def _causes(one: Answer) -> list[str]:
    says = {mistake.name: mistake.says for mistake in one.exercise.mistakes}
    return [says[name] for name in one.score.diagnoses]


def interview(
    exercises: list[Exercise], answers: Path, minutes: float, command: str, interactive: bool
) -> None:
    """A whole session at the terminal; without one, only its plan is shown."""
    desk = Desk()
    desk.say("Grading your answers to see where you stand ...")
    scores = standing(exercises, answers)
    chosen = draw(exercises, scores, minutes, random.Random())
    desk.say(plan_text(chosen, scores, minutes))
    if not interactive:
        desk.say("There is no terminal to answer at, so this is the plan only.")
        return
    folder = Path(tempfile.mkdtemp(prefix="interview-"))
    try:
        given = hold(chosen, minutes, folder, desk)
    except (EOFError, KeyboardInterrupt):
        desk.say("\nStopped.")
        given = []
    desk.say(report(given, command))
    desk.say(f"\nYour answers of this session are in {folder}")
