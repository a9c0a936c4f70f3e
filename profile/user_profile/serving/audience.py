"""Advertising: the customers likeliest to buy of a category, and how such audiences came true."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import DataError
from ..features.labels import HORIZON, bought_of
from ..features.moments import customers_at, test_date
from ..model.decisions import decide
from ..model.interests import LEVELS
from .applications import check_items
from .lift import Lift, lift_curve
from .profiler import Profiler
from .rows import Row

_ASKED = 1000  # customers by whom an audience is tried


class Earlier(NamedTuple):
    """The question of an audience, asked of some customers at a date whose 90 days are known."""

    date: int  # seconds
    customers: int
    said: np.ndarray  # (D,) precision of the first of each of SHARES
    true: np.ndarray  # (D,)


class Audience(NamedTuple):
    """Customers to show an advertisement of a category. Precisions are means over the audience."""

    category: str
    rows: list[Row]
    in_session: float  # the chance that a customer who comes buys of it in that session
    in_session_of_all: float  # the same of all customers
    within: float | None  # the chance to come in 90 days and buy; None if returns were not learned
    within_of_all: float | None
    lift: Lift  # expected, of audiences of other sizes
    earlier: Earlier | None  # how the same question was answered; None if the log is too short

    def lift_rows(self) -> list[Row]:
        """The expected lift, and beside it what was said and came true of audiences of those
        shares earlier."""
        rows = self.lift.rows()
        if self.earlier is None:
            return rows
        columns = zip(self.earlier.said.tolist(), self.earlier.true.tolist())
        return [
            {**row, "said_then": round(said, 4), "true_then": round(true, 4)}
            for row, (said, true) in zip(rows, columns)
        ]


def audience(
    profiler: Profiler, category: str, users: np.ndarray, moment: int, size: int = 100
) -> Audience:
    """The ``size`` customers likeliest to buy of a category within 90 days of ``moment``.

    That is the chance of a return times that of the category in the sessions it brings; where the
    log taught no returns, that in one session alone. ``category`` may be any part of one name that
    no other shares. Raises DataError otherwise.
    """
    check_items(profiler)
    code = _category(profiler.spec.category_names, category)
    moments = np.full(len(users), moment)
    chances = profiler.levels(users, moments)[:, code]  # (Q, 3)
    interest = 1 - chances[:, 0]
    learned = "returned" in profiler.decisions.taught
    returns = profiler.outlook(users, moments).returned if learned else np.ones(len(users))
    buys = profiler.buys_within(users, moments, returns, interest) if learned else interest
    chosen = np.argsort(-buys, kind="stable")[:size]
    levels = decide(chances, profiler.decisions.levels[0])
    rows = []
    for row in chosen.tolist():
        both = {"buys": buys[row], "returns": returns[row]} if learned else {}
        said = {name: round(float(chance), 4) for name, chance in both.items()}
        said["in_session"] = round(float(interest[row]), 4)
        said["high"] = round(float(chances[row, 2]), 4)
        name = profiler.history.users[users[row]]
        rows.append({"customer": name, **said, "level": LEVELS[levels[row]]})
    return Audience(
        profiler.spec.category_names[code],
        rows,
        float(np.average(interest[chosen], weights=returns[chosen])),
        float(np.average(interest, weights=returns)),
        float(buys[chosen].mean()) if learned else None,
        float(buys.mean()) if learned else None,
        lift_curve(buys, buys),
        _asked_earlier(profiler, code, moment) if learned else None,
    )


def _asked_earlier(profiler: Profiler, category: int, moment: int) -> Earlier | None:
    """Of `_ASKED` customers, drawn alike, at the latest date with 90 days of log behind it."""
    history, spec = profiler.history, profiler.spec
    date = min(moment, test_date(history))
    users, moments = customers_at(history, np.array([date]))
    if not len(users):
        return None
    draw = np.random.default_rng(0).permutation(len(users))[:_ASKED]
    users, moments = users[draw], moments[draw]
    interest = 1 - profiler.levels(users, moments)[:, category, 0]
    returns = profiler.outlook(users, moments).returned
    said = profiler.buys_within(users, moments, returns, interest)
    true = bought_of(
        history, spec.category, len(spec.category_names), users, moments, HORIZON
    )[:, category] > 0  # fmt: skip
    return Earlier(
        date, len(users), lift_curve(said, said).precision, lift_curve(said, true).precision
    )


def _category(names: Sequence[str], wanted: str) -> int:
    if wanted in names:
        return list(names).index(wanted)
    found = [code for code, name in enumerate(names) if wanted.lower() in name.lower()]
    if len(found) != 1:
        fault = "no category" if not found else f"{len(found)} categories"
        some = [names[code] for code in found] or names
        raise DataError(f"{wanted!r} names {fault}; choose one of: {'; '.join(some)}.")
    return found[0]
