"""Every command, once: ``attention-workbook NAME`` and ``pytest --NAME`` are made from this table.

What a command needs is imported when it runs: a list need not wait for NumPy.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.exercise import find_exercise
from grader.home import home_of

from attention_workbook.place import Place


class Command(NamedTuple):
    """A line of the table; ``argument`` is what it takes, in brackets if it may be left out."""

    name: str
    argument: str
    says: str
    run: Callable[[Place, str], str]


def _hint(place: Place, wanted: str) -> str:
    from attention_workbook.asked import hint

    return hint(place, wanted)


def _show(place: Place, wanted: str) -> str:
    from grader.show import show

    from attention_workbook.checking import at_hand

    wanted = wanted or (place.chosen or [at_hand(place)])[0].number
    return show(wanted, place.exercises, list(place.chosen), place.answers, place.here)


def _reset(place: Place, wanted: str) -> str:
    from grader.reset import reset

    return reset(find_exercise(wanted, place.exercises), place.answers)


def _interview(place: Place, wanted: str) -> str:
    from attention_workbook.asked import interview

    return interview(place, wanted)


def _give_up(place: Place, wanted: str) -> str:
    from attention_workbook.solution import give_up

    name, _, yes = wanted.partition(" ")
    return give_up(find_exercise(name, place.exercises), place, yes == "--yes")


def _init(place: Place, wanted: str) -> str:
    from attention_workbook.lay_out import init

    return init(Path(wanted))


def _update(place: Place, wanted: str) -> str:
    from attention_workbook.lay_out import update

    return update(Path(wanted) if wanted else home_of(place.here))


def _list(place: Place, wanted: str) -> str:
    from attention_workbook.listing import listing

    return listing(place, wanted)


def _watch(place: Place, wanted: str) -> str:
    from attention_workbook.watch import watch

    return watch(place)


def _review(place: Place, wanted: str) -> str:
    from attention_workbook.review import review

    return review(place, wanted)


def _explain(place: Place, wanted: str) -> str:
    from attention_workbook.explain import explain

    name, _, json = wanted.partition(" ")
    return explain(find_exercise(name, place.exercises), place, bool(json))


def _route(place: Place, wanted: str) -> str:
    from attention_workbook.routes import choose

    return choose(wanted, place.exercises, place.progress)


COMMANDS = (
    Command("init", "DIR", "lay out a workbook of your own", _init),
    Command("update", "[DIR]", "newer questions and checks; your files stay", _update),
    Command("list", "[all]", "your route, what is passed, what is due", _list),
    Command("watch", "", "grade whenever you save; keys for the rest", _watch),
    Command("hint", "[exNN]", "the next hint (exNN:1 from the first)", _hint),
    Command("show", "[CHECK]", "a check's inputs in full, and their replay", _show),
    Command("reset", "exNN", "give the stub back, keep the attempt", _reset),
    Command("give-up", "exNN", "the solution without a pass; costs its points", _give_up),
    Command("interview", "[MINUTES]", "questions by weakness, against the clock", _interview),
    Command("review", "[exNN]", "what is due again, from a fresh stub, by the clock", _review),
    Command("explain", "exNN", "what fails and the hint due, without the answer", _explain),
    Command("route", "NAME", "go by another route: first, weekend, today or everything", _route),
)
HOMELESS = {"init", "update"}  # commands that bring their folder with them
