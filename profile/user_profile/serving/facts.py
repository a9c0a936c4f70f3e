"""What a customer did so far, in the figures that shops know: orders, revenue, RFM.

Recency, frequency and monetary value are scored from 1 to 5 by fifths of all customers at the
moment; the class follows from the first two (Hughes 1994, "Strategic database marketing").
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..dates import DAY, day_of
from ..features.history import History
from .words import BUYING, Words

CLASSES = ("champion", "loyal", "new", "promising", "fading", "at risk", "lost")


class Facts(NamedTuple):
    """Of U customers at one moment. Money is 0 and dates are -1 where there was no order."""

    orders: np.ndarray  # (U,) sessions with a purchase
    cancellations: np.ndarray  # (U,) sessions with a cancellation
    revenue: np.ndarray  # (U,) money of all purchases
    returned: np.ndarray  # (U,) money of all cancellations
    first: np.ndarray  # (U,) seconds, begin of the first order
    last: np.ndarray  # (U,) seconds, begin of the last order
    rfm: np.ndarray  # (U, 3) scores 1 to 5, the best 5; 0 without an order
    rfm_class: np.ndarray  # (U,) code into CLASSES

    @property
    def mean_order(self) -> np.ndarray:
        """Revenue of an order, (U,)."""
        return self.revenue / np.maximum(self.orders, 1)

    def take(self, rows: np.ndarray) -> "Facts":
        return Facts(*(column[rows] for column in self))


def read_facts(history: History, moment: int) -> Facts:
    """Of all customers of the log, by what had ended before ``moment``."""
    return _rated(_totals(history, moment))


def facts_if(history: History, user: int | None, now: History, moment: int) -> Facts:
    """Of one customer, who did what `now` tells: `user` of the log, None: one beside it."""
    others, own = _totals(history, moment), _totals(now, moment)
    if user is not None:
        others = [np.delete(column, user) for column in others]
    columns = [np.append(column, more) for column, more in zip(others, own)]
    return _rated(columns).take(np.array([-1]))


def _totals(history: History, moment: int) -> list[np.ndarray]:
    """The columns of Facts that hang on a customer alone."""
    users = len(history.users)
    everybody = np.arange(users)
    known = history.known_sessions(everybody, np.full(users, moment))
    place = np.arange(len(history.user)) - history.user_offsets[history.user]
    past = place < known[history.user]  # (S,)
    bought, back = past & history.purchase, past & history.cancelled
    paid = history.paid
    all_money = np.add.reduceat(history.spent, history.offsets[:-1])

    def total(sessions: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        weights = None if values is None else values[sessions]
        return np.bincount(history.user[sessions], weights, users)

    first, last = np.full(users, -1), np.full(users, -1)
    begun = np.flatnonzero(bought)
    first[history.user[begun[::-1]]] = history.start[begun[::-1]]  # the earliest is written last
    last[history.user[begun]] = history.start[begun]
    return [
        total(bought), total(back), total(bought, paid), total(back, all_money - paid), first, last,
    ]  # fmt: skip


def _rated(totals: Sequence[np.ndarray]) -> Facts:
    """And those by fifths of all customers."""
    orders, _, revenue, _, _, last = totals
    rfm = np.stack([_fifths(x, orders > 0) for x in (last, orders, revenue)], axis=1)
    return Facts(*(*totals, rfm, _classes(rfm, orders)))


def fact_row(facts: Facts, user: int) -> dict[str, Any]:
    """One customer's facts as plain values, for a table, a CSV file or JSON."""
    bought = facts.orders[user] > 0
    return {
        "orders": int(facts.orders[user]),
        "cancellations": int(facts.cancellations[user]),
        "revenue": round(float(facts.revenue[user]), 2),
        "returned": round(float(facts.returned[user]), 2),
        "mean_order": round(float(facts.mean_order[user]), 2),
        "first_order": day_of(facts.first[user]) if bought else "",
        "last_order": day_of(facts.last[user]) if bought else "",
        "rfm": "".join(map(str, facts.rfm[user].tolist()))[: 3 if facts.revenue.any() else 2],
        "rfm_class": CLASSES[facts.rfm_class[user]] if bought else "",
    }


def describe_facts(facts: Facts, user: int, moment: int, words: Words = BUYING) -> list[str]:
    """Two lines for the terminal; none of money where the log tells none."""
    if not facts.orders[user]:
        return [f"  No {words.order} yet."]
    days = round((moment - int(facts.last[user])) / DAY)
    back = f", {counted(facts.cancellations[user], 'cancellation')}"
    span = (
        f"first {day_of(facts.first[user])}, last {day_of(facts.last[user])} "
        f"({counted(days, 'day')} ago)"
    )
    r, f, m = facts.rfm[user].tolist()
    money = f", money {m}" if facts.revenue.any() else ""
    kind = (
        f"by fifths of all customers {CLASSES[facts.rfm_class[user]]} "
        f"(recency {r}, frequency {f}{money} of 5)"
    )
    lines = [f"  {counted(facts.orders[user], words.order)}{back}; {span}"]
    if facts.revenue[user] > 0:
        money = f"revenue {facts.revenue[user]:,.0f}, {facts.mean_order[user]:,.0f} {words.each}"
        if facts.returned[user] > 0:
            money += f", {facts.returned[user]:,.0f} given back"
        return [*lines, f"  {money}; {kind}"]
    return [*lines, f"  {kind}"]


def counted(number: int, what: str) -> str:
    """ "1 day", "2 days"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _fifths(values: np.ndarray, eligible: np.ndarray) -> np.ndarray:
    """1 to 5 by the share of those asked that are lower, ties in the middle; 0 for others."""
    score = np.zeros(len(values), np.int64)
    if eligible.any():
        _, group, size = np.unique(values[eligible], return_inverse=True, return_counts=True)
        share = ((np.cumsum(size) - size / 2) / eligible.sum())[group]
        score[eligible] = np.minimum(1 + (5 * share).astype(np.int64), 5)
    return score


def _classes(rfm: np.ndarray, orders: np.ndarray) -> np.ndarray:
    recency, frequency = rfm[:, 0], np.maximum(rfm[:, 1], 1)
    rules = (
        ("champion", (recency >= 4) & (frequency >= 4)),
        ("loyal", (recency >= 3) & (frequency >= 3)),
        ("new", (recency >= 4) & (orders == 1)),
        ("promising", recency >= 4),
        ("fading", recency == 3),
        ("at risk", frequency >= 3),
        ("lost", np.ones(len(orders), bool)),
    )
    codes = [CLASSES.index(name) for name, _ in rules]
    return np.select([holds for _, holds in rules], codes)
