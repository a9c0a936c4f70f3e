"""The route a student goes by, what of it is passed, and what comes next."""

from collections.abc import Callable

from grader.contents import ROUTES, on_route
from grader.exercise import Exercise
from grader.home import fingerprint

from attention_workbook.state import Data, Progress, merged, now, stamp

FIRST = next(iter(ROUTES))


def choose(wanted: str, exercises: list[Exercise], progress: Progress) -> str:
    """Remember a route, named by a word of its name. Raises ValueError, naming the routes."""
    found = [name for name in ROUTES if wanted.lower() in name.lower()] if wanted else []
    if len(found) != 1:
        raise ValueError(f"there is no route {wanted!r}; there are {', '.join(ROUTES)}")
    one = {"exercises": {}, "route": {"name": found[0], "on": stamp(now())}}
    progress.change(lambda data: data.update(merged(data, one)))
    count = len(on_route(found[0], exercises))
    return f"{found[0]}: {count} exercises, {ROUTES[found[0]].purpose}."


def route_of(data: Data) -> str:
    """The name of the route chosen; the first of all until one is."""
    name = data.get("route", {}).get("name")
    return name if name in ROUTES else FIRST


def passed(exercise: Exercise, progress: Progress, entry: Data) -> bool:
    """Whether it passed as it stands now: neither the answer nor its checks have changed since."""
    print_ = entry.get("passed", {}).get("print")
    return bool(print_) and print_ == fingerprint(exercise, progress.home)


def following(
    route: list[Exercise], done: Callable[[Exercise], bool], after: Exercise | None = None
) -> Exercise | None:
    """The next of a route that is not done: behind ``after`` first, then from the start."""
    names = [one.name for one in route]
    place = names.index(after.name) + 1 if after is not None and after.name in names else 0
    turned = route[place:] + route[:place]
    return next((one for one in turned if not done(one)), None)
