"""A price that the log leaves out: what the item sold for before, so that the row is not free.

Only what came earlier has a say, so that no later row reaches into what a model may know.
"""

import heapq
from dataclasses import replace

import numpy as np

from .events import CANCELLATION, MISSING, PURCHASE, Events


def fill_prices(events: Events) -> tuple[Events, int]:
    """The events with prices where a purchase or cancellation had none, and how many rows changed.

    The median price of the item's earlier rows; where there are none, that of all earlier rows; the
    first rows of a log may stay without. Nothing changes in a log that tells no price at all.
    """
    kinds = [code for code, kind in enumerate(events.kinds) if kind in (PURCHASE, CANCELLATION)]
    paid = np.isin(events.kind, kinds) if kinds else np.ones(len(events), bool)
    given = ~np.isnan(events.price)
    lacking = paid & ~given & (events.item != MISSING)
    if not lacking.any() or not given.any():
        return events, 0
    wanted = np.isin(events.item, np.unique(events.item[lacking]))
    price = events.price.copy()
    order = np.lexsort((~given, events.micro, events.time))  # of one moment, prices first
    of_all = RunningMedian()
    of_item: dict[int, RunningMedian] = {}
    for row in order[(given | lacking)[order]].tolist():
        item = int(events.item[row])
        if lacking[row]:
            price[row] = of_item.get(item, of_all).median
        else:
            of_all.add(price[row])
            if wanted[row]:
                of_item.setdefault(item, RunningMedian()).add(price[row])
    filled = int((lacking & ~np.isnan(price)).sum())
    return replace(events, price=price), filled


class RunningMedian:
    """The median of the numbers so far: the lower half in one heap, the upper in another."""

    def __init__(self) -> None:
        self._low: list[float] = []  # negated, the largest first
        self._high: list[float] = []

    def add(self, value: float) -> None:
        heapq.heappush(self._high, -heapq.heappushpop(self._low, -value))
        if len(self._high) > len(self._low):
            heapq.heappush(self._low, -heapq.heappop(self._high))

    @property
    def median(self) -> float:
        """NaN of no numbers."""
        if not self._low:
            return float("nan")
        lower = -self._low[0]
        return lower if len(self._low) > len(self._high) else (lower + self._high[0]) / 2
