"""The route a student goes by, what of it is passed, and what comes next."""

from collections.abc import Callable, Iterable

from grader.contents import ROUTES, on_route
from grader.exercise import Exercise
from grader.home import fingerprint

from attention_workbook.merging import Data, merged
from attention_workbook.state import Progress, now, stamp

FIRST = next(iter(ROUTES))


def choose(wanted: str, exercises: list[Exercise], progress: Progress) -> str:
    """Remember a route, named by a word of its name. Raises ValueError, naming the routes."""
    found = [name for name in ROUTES if wanted.lower() in name.lower()] if wanted else []
    if len(found) != 1:
        raise ValueError(f"there is no route {wanted!r}; there are {', '.join(ROUTES)}")
    choice = {"exercises": {}, "route": {"name": found[0], "on": stamp(now())}}
    progress.change(lambda data: data.update(merged(data, choice)))
    count = len(on_route(found[0], exercises))
    chosen = f"{found[0]}: {count} exercises, {ROUTES[found[0]].purpose}."
    return "\n".join([chosen, *progress.notes])


def route_of(data: Data) -> str:
    """The route chosen; until one is, the first that holds what passed last."""
    name = data.get("route", {}).get("name")
    if name in ROUTES:
        return str(name)
    moments = {exercise: entry["passed"]["on"] for exercise, entry in data["exercises"].items()
               if "passed" in entry}  # fmt: skip
    return holding(max(moments, key=moments.__getitem__)[:4] if moments else "")


def holding(number: str) -> str:
    """The first route that an exercise lies on; the first of all for none."""
    found = (name for name, route in ROUTES.items() if number in (route.numbers or ()))
    return next(found, list(ROUTES)[-1] if number else FIRST)


def ahead(
    exercises: list[Exercise], progress: Progress, after: Exercise | None = None
) -> Exercise | None:
    """What comes next by the route, of what has not passed; None when all of it has."""
    data = progress.read()
    entries = data["exercises"]
    return following(
        on_route(route_of(data), exercises),
        lambda exercise: passed(exercise, progress, entries.get(exercise.name, {})),
        after,
    )


def in_turn(exercises: Iterable[Exercise], progress: Progress, done: list[str]) -> list[Exercise]:
    """All exercises, those of the route first, in its order; ``done`` has passed just now."""
    exercises, data = list(exercises), progress.read()
    name = route_of(data) if "route" in data or not done else holding(done[-1][:4])
    route = on_route(name, exercises)
    return route + [exercise for exercise in exercises if exercise not in route]


def passed(exercise: Exercise, progress: Progress, entry: Data) -> bool:
    """Whether it passed as it stands now: neither the answer nor its checks have changed since."""
    print_ = entry.get("passed", {}).get("print")
    return bool(print_) and print_ == fingerprint(exercise, progress.home)


def following(
    route: list[Exercise], done: Callable[[Exercise], bool], after: Exercise | None = None
) -> Exercise | None:
    """The next of a route that is not done: behind ``after`` first, then from the start."""
    names = [exercise.name for exercise in route]
    place = names.index(after.name) + 1 if after is not None and after.name in names else 0
    turned = route[place:] + route[:place]
    return next((exercise for exercise in turned if not done(exercise)), None)
