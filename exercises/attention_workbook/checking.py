"""``check``: grades exercises now, remembers it, and lays the solution beside what has passed."""

from grader.contents import on_route
from grader.exercise import Exercise, find_exercise
from grader.grading import NOT_STARTED, PASSED, Run
from grader.home import answer_of, fingerprint
from grader.question import readme
from grader.sandbox.runner import weaker_fence
from grader.verdict import count, fitted, graded, reports

from attention_workbook.commands import Place
from attention_workbook.review import first_review
from attention_workbook.routes import following, passed, route_of
from attention_workbook.solution import after_a_pass
from attention_workbook.state import Progress, now, stamp


def check(place: Place, wanted: list[str]) -> str:
    """Grade the exercises named, else the one at hand. Raises ValueError for an unknown one."""
    chosen = [find_exercise(name, place.exercises) for name in wanted] or [at_hand(place)]
    said = [fitted(graded_text(place, one)) for one in chosen]
    return "\n\n".join([*said, *filter(None, [weaker_fence()]), *place.progress.notes])


def at_hand(place: Place) -> Exercise:
    """The next of the route that has not passed; its last when all have."""
    progress = place.progress
    data = progress.read()
    route = on_route(route_of(data), place.exercises)
    entries = data["exercises"]
    ahead = following(route, lambda one: passed(one, progress, entries.get(one.name, {})))
    return ahead or route[-1]


def graded_text(place: Place, exercise: Exercise) -> str:
    """Grade one exercise and say everything about it."""
    run = graded_and_noted(exercise, place.progress)
    given_up = "gave_up" in place.progress.entry(exercise.name)
    lines = [*reports(run), count(run, given_up)]
    if run.score(named=False).status == PASSED:
        lines.append(after_a_pass(exercise, place))
    elif run.score(named=False).status == NOT_STARTED:
        page = readme(exercise.folder).name
        lines.append(f"Read {exercise.name}/{page}, write {exercise.name}/{exercise.file}.")
    else:
        lines.append(f"A hint: {place.typed('hint', exercise.number)}")
    return "\n\n".join(lines)


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
