"""``list``: the route, what is passed of it, and what is due again, in a screen's width."""

import shutil

from grader.contents import on_route
from grader.exercise import Exercise
from grader.language import said, width

from attention_workbook.merging import Data, total
from attention_workbook.place import Place
from attention_workbook.routes import following, passed, route_of
from attention_workbook.state import now


def listing(place: Place, which: str = "") -> str:
    """The list of the route, or of all exercises. Raises ValueError for another word."""
    if which not in ("", "all"):
        raise ValueError(f"list {which}: say list, or list all")
    progress = place.progress
    data = progress.read()
    entries = data["exercises"]
    name = route_of(data)
    route = on_route(name, place.exercises)
    done = {e.name for e in place.exercises if passed(e, progress, entries.get(e.name, {}))}
    ahead = following(route, lambda exercise: exercise.name in done)
    due = due_now(place.exercises, entries)
    count = sum(exercise.name in done for exercise in route)
    lines = [f"{name}: {count} of {len(route)} passed", ""]
    for exercise in place.exercises if which else route:
        mark = ">" if ahead is not None and exercise.name == ahead.name else " "
        state = _state(exercise, exercise.name in done, entries.get(exercise.name, {}))
        lines.append(_line(f"{mark} {exercise.number}  {state:<12}", exercise.head.title))
    others = len(done) - count
    lines += [f"\nBeyond the route: {others} passed ({place.typed('list', 'all')})"] * bool(others)
    if due:
        numbers = ", ".join(exercise.number for exercise in due)
        lines += ["", f"Due for review: {numbers}", f"  {place.typed('review', '')}"]
    lines += ["", *_next(place, ahead)]
    return "\n".join([*lines, *progress.notes])


def due_now(exercises: list[Exercise], entries: Data) -> list[Exercise]:
    """What comes back today or should have, the longest overdue first."""
    today = now().date().isoformat()
    dates = {name: entry["review"]["due"] for name, entry in entries.items() if "review" in entry}
    due = [exercise for exercise in exercises if dates.get(exercise.name, "9") <= today]
    return sorted(due, key=lambda exercise: dates[exercise.name])


def _state(exercise: Exercise, done: bool, entry: Data) -> str:
    if done:
        return "passed"
    if "gave_up" in entry:
        return "given up"
    if "first_pass" in entry:
        return "changed"
    tries = total(entry, "attempts")
    return f"{tries} tries" if tries > 1 else "1 try" if tries else "-"


def _next(place: Place, ahead: Exercise | None) -> list[str]:
    if ahead is None:
        return [
            "The route is done. Another, or against the clock:",
            f"  {place.typed('route', 'everything')}",
            f"  {place.typed('interview', '60')}",
        ]
    command = place.typed("watch", "")  # nothing where it runs
    return [f"Next: {ahead.name}/{ahead.file}", *[f"  {command}"] * bool(command)]


def _line(head: str, title: str) -> str:
    title = said(title)  # before it is cut, since a part has no translation
    room = max(shutil.get_terminal_size().columns - len(head) - 1, 10)
    cut = title
    while width(cut) > room:
        cut = cut.removesuffix("…")[:-1] + "…"
    return f"{head} {cut}"
