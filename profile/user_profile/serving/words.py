"""What customers did, in the words of their log: in one without purchases nobody buys."""

from typing import NamedTuple

import numpy as np

from ..features.history import History
from ..log.events import EVENT, PURCHASE


class Words(NamedTuple):
    """Of a log: what a session is called, what it did, and what is asked of the days to come."""

    order: str
    each: str
    bought: str
    sold: str
    again: str
    next: str
    basket: str
    past: str


BUYING = Words(
    *("order", "an order", "bought", "sold", "buys again"),
    *("Next purchases", "basket", "past purchases"),
)
LOOKING = Words(
    *("visit", "a visit", "looked at", "looked at", "comes again"),
    *("Next items", "visit", "past visits"),
)
DEEDS = ("bought", "cancelled", "looked at")


def words_of(history: History) -> Words:
    """Those of a shop, or of a log whose kinds tell of no purchase."""
    shop = PURCHASE in history.kinds or set(history.kinds) <= {EVENT}
    return BUYING if shop else LOOKING


def did(history: History, row: slice) -> np.ndarray:
    """Whether behaviours bought, cancelled or only looked at, (n, 3) bool."""
    bought = history.bought[row] & (words_of(history) is BUYING)
    cancels = history.cancels[row]
    return np.stack([bought, cancels, ~(bought | cancels)], axis=1)


def deeds(history: History, first: int, count: int) -> np.ndarray:
    """How many items `count` sessions from `first` on bought, cancelled, looked at, (S, 3)."""
    offsets = history.offsets[first : first + count + 1]
    if count == 0:
        return np.zeros((0, len(DEEDS)), np.int64)
    rows = did(history, slice(*offsets[[0, -1]])).astype(np.int64)
    return np.add.reduceat(rows, offsets[:-1] - offsets[0])
