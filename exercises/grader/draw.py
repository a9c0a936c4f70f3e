"""Which questions an interview asks: what fits the time, within reach, the weakest first.

Within reach is what is solved or begun, and of each route of the workbook the first question that
is not and that the time left suffices for; a route that builds on another opens when that one, or
anything of its own, is solved. What is drawn counts as solved for the next draw, so a long
interview goes on along the routes. A question that is put together from other answers comes once
all of those are solved.
"""

import math
import random
from pathlib import Path

from grader.contents import ROUTES, on_route
from grader.exercise import Exercise
from grader.grading import NOT_STARTED, PASSED, Score
from grader.verdict import graded


def standing(exercises: list[Exercise], answers: Path) -> dict[str, Score]:
    """Every exercise of a folder, graded afresh."""
    scores = {}
    for exercise in exercises:
        run = graded(exercise, answers / exercise.name / exercise.file)
        scores[exercise.name] = run.score()
    return scores


def within_reach(
    exercises: list[Exercise], scores: dict[str, Score], drawn: set[str], minutes: float = math.inf
) -> list[Exercise]:
    """The questions that may be asked of somebody with these scores, after those drawn.

    Of a route it is the first that these minutes suffice for.
    """
    longer = {exercise.name for exercise in exercises if exercise.head.minutes > minutes}
    solved = {name for name, score in scores.items() if score.status == PASSED}
    reach = {name for name, score in scores.items() if score.status != NOT_STARTED}
    done = solved | drawn
    for name, route in ROUTES.items():
        names = [exercise.name for exercise in on_route(name, exercises)]
        before = [e.name for e in on_route(route.after, exercises)] if route.after else []
        if not done.isdisjoint(names) or done.issuperset(before):
            reach |= set([name for name in names if name not in done | longer][:1])
    return [
        exercise
        for exercise in exercises
        if exercise.name in reach - drawn - longer and {p.name for p in exercise.parts} <= solved
    ]


def require_time(exercises: list[Exercise], minutes: float) -> None:
    """Raise ValueError, in a sentence, if none of the exercises is short enough."""
    shortest = min(exercises, key=lambda exercise: exercise.head.minutes)
    if minutes < shortest.head.minutes:
        raise ValueError(
            f"interview {minutes:g}: no question within your reach is that short; give at least "
            f"{shortest.head.minutes} minutes, which {shortest.number} takes"
        )


def draw(
    exercises: list[Exercise], scores: dict[str, Score], minutes: float, rng: random.Random
) -> list[Exercise]:
    """Questions within reach that fit the time together: solved ones last, the weakest first.

    Raises ValueError if there is none.
    """

    def place(exercise: Exercise) -> tuple[bool, float]:
        score = scores[exercise.name]
        lost = max(score.out_of - score.points, 1)
        return score.status == PASSED, -(rng.random() ** (1 / lost))  # a weighted draw

    chosen: list[Exercise] = []
    left = minutes
    while True:
        fitting = within_reach(exercises, scores, {exercise.name for exercise in chosen}, left)
        if not fitting:
            break
        chosen.append(min(fitting, key=place))
        left -= chosen[-1].head.minutes
    if not chosen:
        require_time(within_reach(exercises, scores, set()), minutes)
    return chosen


def plan_text(chosen: list[Exercise], scores: dict[str, Score], minutes: float) -> str:
    """What will be asked, and why."""
    planned = sum(exercise.head.minutes for exercise in chosen)
    lines = [f"Interview of {minutes:g} minutes, {planned} of them planned, weakest first:"]
    for exercise in chosen:
        score = scores[exercise.name]
        why = f"{score.points}/{score.out_of} points"
        if score.status == NOT_STARTED:
            why = score.status
        minutes_text = f"{exercise.head.minutes} min"
        lines.append(f"  {exercise.number}  {minutes_text:>7}  {exercise.head.title} ({why})")
    return "\n".join(lines)
