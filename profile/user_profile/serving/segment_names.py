"""A segment's name: how its customers buy, in words, and what they buy more than others do."""

import numpy as np

from ..dates import DAY
from .facts import Facts, counted

_GAPS = (1.5, 3.0)  # of a customer's own days between orders: active until the first, then fading
_TIMES = (1.0, 4.0)  # orders: once, and a few times
_DISTINCT = 1.15  # times the share of all customers, from which a category may name a segment


def name_of(
    facts: Facts,
    days: np.ndarray,
    mine: np.ndarray,
    bought: list[tuple[str, float]],
    taken: list[str],
    order: str = "order",
) -> str:
    """Its habits in words, and its strongest category where it stands out; no name twice.

    Of two with the same habits and no category, how many orders and how long ago tell them apart.
    """
    silent = np.median((days / _rhythm(facts))[mine])
    words = [
        ("active", "fading", "lapsed")[np.searchsorted(_GAPS, silent)],
        ("once", "a few times", "often")[np.searchsorted(_TIMES, np.median(facts.orders[mine]))],
    ]
    if facts.revenue.any():
        sizes = ("small orders", "middling orders", "large orders")
        words.append(sizes[_third(facts.mean_order, mine)])
    habits = ", ".join(words)
    strong = [category for category, times in bought if times >= _DISTINCT][:1]
    tries = [": ".join([habits, *strong]), *(f"{habits}: {name}" for name, _ in bought)]
    tries.append(f"{habits}: {counted(round(np.median(facts.orders[mine])), order)}")
    tries.append(f"{habits}: {counted(round(np.median(days[mine])), 'day')} silent")
    tries += [f"{habits} ({number})" for number in range(2, 99)]
    return next(name for name in tries if name not in taken)


def _rhythm(facts: Facts) -> np.ndarray:
    """Days between two orders of each customer, (U,); of those with one, what is usual."""
    gaps = (facts.last - facts.first) / DAY / np.maximum(facts.orders - 1, 1)
    again = facts.orders > 1
    usual = np.median(gaps[again]) if again.any() else 30.0
    return np.maximum(np.where(again, gaps, usual), 1.0)


def _third(values: np.ndarray, mine: np.ndarray) -> int:
    """Which third of all the middle of a group lies in: 0, 1, 2."""
    edges = np.quantile(values, [1 / 3, 2 / 3])
    return int(np.searchsorted(edges, np.median(values[mine]), "left"))
