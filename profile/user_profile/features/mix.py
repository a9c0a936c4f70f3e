"""What a customer's purchases are made of, by category, after each session: the mix of interests.

Each session counts by its shares and not by its size, but for a small basket, which says little of
shares, and less with each later one. What was cancelled is taken out of the session that it was
bought in.
"""

import numpy as np

from ..log.events import CANCELLATION
from .history import History
from .season import Season

_KEPT = 0.8  # what a session weighs, by each later one
_SURE = 10.0  # items at which a session has half the weight of the largest
_USUAL = 0.5  # sessions of what everybody buys that are added to each customer's


def purchase_mix(
    history: History,
    season: Season,
    category: np.ndarray,
    categories: int,
    user: int,
    known: np.ndarray,
) -> np.ndarray:
    """The share of each category after the first `known` (K,) sessions of `user`, (K, C).

    `known` ascends. What is usual is what was sold before the session's day.
    """
    first = int(history.user_offsets[user])
    counts = np.zeros((int(known.max(initial=0)), categories))  # items of each session, net
    held: dict[int, list[list[float]]] = {}  # item -> [session, pieces left, pieces bought]
    mixes = np.empty((len(known), categories))
    asked = {int(k): np.flatnonzero(known == k) for k in known.tolist()}
    back = history.kinds.index(CANCELLATION) if CANCELLATION in history.kinds else -1
    for place in range(len(counts)):
        rows = range(history.offsets[first + place], history.offsets[first + place + 1])
        for row in rows:
            item, pieces = int(history.item[row]), float(np.expm1(history.quantity[row]))
            if item >= len(history.items):
                continue
            if history.bought[row]:
                held.setdefault(item, []).append([place, pieces, max(pieces, 1e-9)])
                counts[place, category[item]] += 1
            elif history.kind[row] == back:
                _take_back(held.get(item, []), pieces, counts[:, category[item]])
        if place + 1 in asked:
            day = season.day(history.start[first + place])
            usual = np.bincount(category, season.sold[day], categories) + 1e-9
            mixes[asked[place + 1]] = _mixed(counts[: place + 1], usual / usual.sum())
    return mixes


def _take_back(bought: list[list[float]], pieces: float, counts: np.ndarray) -> None:
    """Pieces leave the latest purchases first; each purchase counts by the share that is left."""
    for one in reversed(bought):
        place, left, all_of_it = one
        gone = min(left, pieces)
        counts[int(place)] -= gone / all_of_it
        one[1], pieces = left - gone, pieces - gone
        if pieces <= 0:
            return


def _mixed(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    total = counts.sum(1)
    total, counts = total[total > 1e-6], counts[total > 1e-6]
    kept = counts / total[:, None]
    weight = _KEPT ** np.arange(len(kept))[::-1] * total / (total + _SURE)
    return (weight @ kept + _USUAL * usual) / (weight.sum() + _USUAL)
