"""update: a new session of a customer, and how it moves the profile, without training anew."""

import argparse
import csv
import math
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np

from ..dates import DAY, day_of
from ..errors import DataError
from ..log.append import NewEvent
from ..log.ids import matched
from ..log.readers.numbers import MOST
from ..serving.live import LiveProfile
from ..serving.profile import Profile
from ..serving.profiler import Profiler
from ..serving.report import describe_outlook, describe_profile, joined
from ..tables import table
from .asking import item_texts, load_profiler, moment_of, tell_cut
from .log_options import Joined, add_log_options, named_pairs
from .model_options import add_model_option

_TIMED_AT = (1, 10, 100, 1000)  # sessions in the history when the cost of one more is measured


def add_command(commands: Any) -> None:
    update = commands.add_parser("update")
    update.set_defaults(run=run_update)
    update.add_argument("customer", help="one of the log, or a new one")
    what = update.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--items",
        action=Joined,
        help="what was bought: ids joined by commas, each ID, ID:PIECES or ID:PIECES:PRICE; "
        "without a price, what the item last sold for",
    )
    what.add_argument(
        "--amount", type=float, help="what was paid, of a log of visits without items"
    )
    when = update.add_mutually_exclusive_group()
    when.add_argument("--days", type=float, help="days after the end of the log; default: 1")
    when.add_argument("--date", help="the day of the visit, YYYY-MM-DD, in the log or after it")
    update.add_argument(
        "--features",
        action=Joined,
        help="of a new customer, what the log would tell beside: name=value pairs joined by commas",
    )
    update.add_argument("--cost", action="store_true", help="measure updates as history grows")
    add_model_option(update)
    add_log_options(update)


def run_update(options: argparse.Namespace) -> int:
    days = 1.0 if options.days is None else options.days
    if not 0 <= days <= 366:
        raise DataError(f"--days must be between 0 and 366, not {days:g}.")
    log, _, profiler = load_profiler(options)
    if profiler.ranks and options.amount is not None:
        raise DataError("The log names items: say what was bought with --items, not --amount.")
    events = [_visit(profiler, options.amount)] if options.amount is not None else []
    if not events and not profiler.ranks:
        raise DataError("The log names no items: say what was paid with --amount, not --items.")
    known = matched([options.customer], log.sessions.events.users)
    user = log.user(options.customer) if known else None
    time = moment_of(options, profiler) + int(days * DAY) * (options.date is None)
    moment = max(profiler.now, time + 1)  # the end of the longer log
    features = _features(options.features, profiler, user is None)
    live = LiveProfile(profiler, user, options.customer, features=features)
    if user is None:
        print(f"{options.customer} is new: nothing is known before this session.")
        if left := [name for name in profiler.spec.side if name not in features]:
            print(f"Not told, and read as unknown: {joined(left)} (--features {left[0]}=…).")
    if not events:
        events = live.priced(
            read_items(options.items, (*profiler.spec.items, *profiler.unknown_items)), time
        )
        if not options.keep_duplicates:
            events = list(dict.fromkeys(events))
        print(f"Read, on {day_of(time)}: " + ", ".join(map(_in_words, events)))
    unknown = sorted({event.item for event in events} - set(profiler.spec.items))
    if unknown:
        print(f"The model does not know {', '.join(unknown)}, and reads them as unknown items.")
    if log.cleaned.priced and time < profiler.now:
        print("Prices that the log leaves out stay as they were filled in without these rows.")
    before = live.profile(moment)
    begin = perf_counter()
    live.add_session(events, time)
    after = live.profile(moment)
    seconds = perf_counter() - begin
    tell_cut(live.history.users[0], len(live.history.user))
    print(
        describe_profile(
            live.history, after, item_texts(log, profiler), facts=live.facts(moment),
            decisions=profiler.decisions,
        )
    )  # fmt: skip
    print()
    print(_moved(before, after))
    print(f"{1000 * seconds:.0f} ms for the session and the new profile, without training")
    if options.cost:
        print(cost_table(profiler))
    return 0


def _features(text: str | None, profiler: Profiler, new: bool) -> dict[str, str]:
    """Side features as given. Raises DataError for one that the model does not know."""
    given = named_pairs("--features", text, "value") or {}
    if given and not new:
        raise DataError("--features are of a new customer; of this one the log tells them.")
    known = list(profiler.spec.side)
    there = matched(given, known)
    if unknown := [name for name in given if name not in there]:
        told = f"it knows {joined(known)}" if known else "it knows none"
        raise DataError(f"The model reads no feature {unknown[0]!r} of customers; {told}.")
    return {there[name]: value for name, value in given.items()}


def _in_words(event: NewEvent) -> str:
    price = "" if event.price is None else f" at {event.price:g}"
    return f"{event.quantity:g} of {event.item}{price}"


def read_items(text: str, known: Sequence[str] = ()) -> list[NewEvent]:
    """ "A,B:6,C:1:2.5" -> one piece of A, six of B, one of C at 2.5.

    An id with a comma stands in double quotes; one of `known` may hold colons. Raises DataError for
    anything else.
    """
    (parts,) = csv.reader([text], skipinitialspace=True)
    return [_read_item(part.strip(), known) for part in parts or [""]]


def _read_item(part: str, known: Sequence[str]) -> NewEvent:
    item, *numbers = part.split(":")
    for cut in range(3):
        head, *tail = part.rsplit(":", cut)
        if found := matched([head], known):
            item, numbers = found[head], tail
            break
    try:
        said = [float(number) for number in numbers]
    except ValueError:
        said = [math.nan]
    pieces = said[0] if said else 1.0
    money = pieces * (said[1] if len(said) > 1 else 1.0)  # a log's rows without any are left out
    if not item or len(said) > 2 or not 0 < pieces < MOST or not 0 < money < MOST:
        raise DataError(
            "--items must be ids joined by commas, each ID, ID:PIECES or ID:PIECES:PRICE, not "
            f"{part!r}; an id with a comma stands in double quotes."
        )
    return NewEvent(item, pieces, said[1] if len(said) > 1 else None)


def _visit(profiler: Profiler, amount: float) -> NewEvent:
    """A visit of one piece to a log without items. Raises DataError for what is no money."""
    if not 0 < amount < MOST:
        raise DataError(f"--amount must be what was paid, more than 0, not {amount:g}.")
    return NewEvent(profiler.spec.items[0], 1.0, amount)


def cost_table(profiler: Profiler, at: Sequence[int] = _TIMED_AT, repeats: int = 5) -> str:
    """Milliseconds of one more session of ten items, and of the profile after it."""
    rng = np.random.default_rng(0)
    live = LiveProfile(profiler, None, most=2 * max(at))
    moment, rows = profiler.now, []
    for length in at:
        while len(live.history.user) < length:
            moment += 3600
            live.add_session(_random_session(profiler, rng), moment)
        update, answer = [], []
        for _ in range(repeats):
            moment += 3600
            start = perf_counter()
            live.add_session(_random_session(profiler, rng), moment)
            middle = perf_counter()
            live.profile(moment + 1)
            update.append(middle - start)
            answer.append(perf_counter() - middle)
        rows.append((length, 1000 * np.median(update), 1000 * np.median(answer)))
    header = ("sessions", "add one, ms", "new profile, ms")
    return table(header, rows, formats=dict.fromkeys(header[1:], ".1f"))


def _random_session(profiler: Profiler, rng: np.random.Generator) -> list[NewEvent]:
    items = profiler.spec.items
    return [NewEvent(items[code]) for code in rng.integers(len(items), size=10)]


def _moved(before: Profile, after: Profile) -> str:
    if not after.interests:
        return f"Before this visit, w{describe_outlook(before)[1:]}"
    was = {interest.category: interest.probabilities[0] for interest in before.interests}
    now = {interest.category: interest.probabilities[0] for interest in after.interests}
    moves = [(was[category] - chance, category) for category, chance in now.items()]
    change, category = max(moves, key=lambda move: abs(move[0]))
    if abs(change) < 0.0005:
        return "No interest moved by a tenth of a point."
    way = "up" if change > 0 else "down"
    return f"Moved most: {category}, {way} (chance to buy of it {100 * change:+.1f} points)"
