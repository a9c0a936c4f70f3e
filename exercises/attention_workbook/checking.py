"""``check``: grades exercises now, remembers it, and lays the solution beside what has passed."""

import sys
from functools import partial

from grader.contents import on_route
from grader.exercise import Exercise, find_exercise
from grader.grading import NOT_STARTED, PASSED, Run
from grader.home import answer_of, fingerprint
from grader.question import readme
from grader.sandbox.held import weaker_fence
from grader.verdict import count, fitted, graded, reports
from grader.waiting import looking_for_causes

from attention_workbook.place import Place
from attention_workbook.review import first_review
from attention_workbook.routes import ahead, route_of
from attention_workbook.solution import after_a_pass
from attention_workbook.state import Progress, now, stamp


def check(place: Place, wanted: list[str]) -> tuple[str, bool]:
    """Grade the exercises named, else the one at hand; whether all passed comes with the text.

    Raises ValueError for an unknown one.
    """
    chosen = [find_exercise(name, place.exercises) for name in wanted] or [at_hand(place)]
    progress = place.progress
    texts, statuses = zip(*(graded_text(place, exercise, progress) for exercise in chosen))
    below = [*filter(None, [weaker_fence()]), *progress.notes]
    if set(statuses) == {PASSED} and not wanted[1:]:
        below.insert(0, next_step(place, chosen[0]))
    text = "\n\n".join([*map(fitted, texts), *below])
    return text, set(statuses) == {PASSED}


def at_hand(place: Place) -> Exercise:
    """The next of the route that has not passed; its last when all have."""
    found = ahead(place.exercises, place.progress)
    return found or on_route(route_of(place.progress.read()), place.exercises)[-1]


def next_step(place: Place, exercise: Exercise) -> str:
    """What to do after a pass, by the route."""
    found = ahead(place.exercises, place.progress, exercise)
    if found is None:
        return f"The route is done. Another: {place.typed('route', 'everything')}"
    return f"Next\n{invitation(found)}"


def invitation(exercise: Exercise) -> str:
    """What to read and what to write."""
    page = readme(exercise.folder).name
    return f"Read {exercise.name}/{page}\nWrite {exercise.name}/{exercise.file}"


def graded_text(place: Place, exercise: Exercise, progress: Progress) -> tuple[str, str]:
    """Grade one exercise and say everything about it; its status comes with the text."""
    run = graded_and_noted(exercise, progress)
    given_up = "gave_up" in progress.entry(exercise.name)
    with looking_for_causes(partial(print, end="", flush=True), sys.stdout.isatty()):
        failures = reports(run)
    lines, status = [*failures, count(run, given_up)], run.score(named=False).status
    if status == PASSED:
        lines.append(after_a_pass(exercise, place))
    elif status == NOT_STARTED:
        lines.append(invitation(exercise))
    else:
        lines.append(f"A hint: {place.typed('hint', exercise.number)}")
    return "\n\n".join(lines), status


def graded_and_noted(exercise: Exercise, progress: Progress) -> Run:
    """Grade the answer as it lies there now, and remember that it was tried or passed."""
    print_ = fingerprint(exercise, progress.home)
    run = graded(exercise, answer_of(exercise, progress.home))
    note(run, progress, print_)
    return run


def note(run: Run, progress: Progress, print_: str) -> None:
    """Remember a graded answer, unless it was not begun."""
    status, name = run.score(named=False).status, run.exercise.name
    if status == NOT_STARTED:
        return
    progress.count(name, attempts=1)
    if status == PASSED:
        on = stamp(now())
        progress.note(name, first_pass=on, passed={"on": on, "print": print_})
        first_review(name, progress)
