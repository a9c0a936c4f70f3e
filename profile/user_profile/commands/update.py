"""update: a new session of a customer, and how it moves the profile, without training anew."""

import argparse
import csv
import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dates import DAY
from ..errors import DataError
from ..log.ids import matched
from ..log.readers.numbers import MOST
from ..serving.live import LiveProfile, NewEvent
from ..serving.profile import Profile
from ..serving.profiler import Profiler
from ..serving.report import describe_outlook, describe_profile
from ..tables import table
from .asking import item_texts, load_profiler
from .log_options import Joined, add_log_options
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
    update.add_argument("--days", type=float, default=1, help="days after the end of the log")
    update.add_argument("--cost", action="store_true", help="measure updates as history grows")
    add_model_option(update)
    add_log_options(update)


def run_update(options: argparse.Namespace) -> int:
    if not 0 <= options.days <= 366:
        raise DataError(f"--days must be between 0 and 366, not {options.days:g}.")
    log, _, profiler = load_profiler(options)
    if profiler.ranks and options.amount is not None:
        raise DataError("The log names items: say what was bought with --items, not --amount.")
    events = [_visit(profiler, options.amount)] if options.amount is not None else []
    if not events and not profiler.ranks:
        raise DataError("The log names no items: say what was paid with --amount, not --items.")
    known = matched([options.customer], log.sessions.events.users)
    user = log.user(options.customer) if known else None
    live = LiveProfile(profiler, user, options.customer)
    if user is None:
        print(f"{options.customer} is new: nothing is known before this session.")
    if not events:
        events = read_items(options.items, profiler.spec.items)
        print("Read: " + ", ".join(f"{event.quantity:g} of {event.item}" for event in events))
    unknown = sorted({event.item for event in events} - set(profiler.spec.items))
    if unknown:
        print(f"The model does not know {', '.join(unknown)}, and reads them as unknown items.")
    moment = profiler.now + int(options.days * DAY)
    before = live.profile(moment + 1)
    begin = time.perf_counter()
    live.add_session(events, moment)
    after = live.profile(moment + 1)
    seconds = time.perf_counter() - begin
    print(describe_profile(live.history, after, item_texts(log, profiler)))
    print()
    print(_moved(before, after))
    print(f"{1000 * seconds:.0f} ms for the session and the new profile, without training")
    if options.cost:
        print(cost_table(profiler))
    return 0


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
    money = pieces * (said[1] if len(said) > 1 else 0.0)
    if not item or len(said) > 2 or not 0 < pieces < MOST or not 0 <= money < MOST:
        raise DataError(
            "--items must be ids joined by commas, each ID, ID:PIECES or ID:PIECES:PRICE, not "
            f"{part!r}; an id with a comma stands in double quotes."
        )
    return NewEvent(item, pieces, said[1] if len(said) > 1 else None)


def _visit(profiler: Profiler, amount: float) -> NewEvent:
    """A visit of one piece to a log without items. Raises DataError for what is no money."""
    if not 0 <= amount < MOST:
        raise DataError(f"--amount must be what was paid, 0 or more, not {amount:g}.")
    return NewEvent(profiler.spec.items[0], 1.0, amount)


def cost_table(profiler: Profiler, at: Sequence[int] = _TIMED_AT, repeats: int = 5) -> str:
    """Milliseconds of one more session of ten items, and of the profile after it."""
    rng = np.random.default_rng(0)
    live, moment, rows = LiveProfile(profiler, None), profiler.now, []
    for length in at:
        while len(live.history.user) < length:
            moment += 3600
            live.add_session(_random_session(profiler, rng), moment)
        update, answer = [], []
        for _ in range(repeats):
            moment += 3600
            start = time.perf_counter()
            live.add_session(_random_session(profiler, rng), moment)
            middle = time.perf_counter()
            live.profile(moment + 1)
            update.append(middle - start)
            answer.append(time.perf_counter() - middle)
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
    way = "up" if change > 0 else "down"
    return f"Moved most: {category}, {way} (chance to buy of it {100 * change:+.1f} points)"
