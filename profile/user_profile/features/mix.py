"""What a customer's purchases are made of, by category, after each session: the mix of interests.

Each session counts by its shares and not by its size, but for a small basket, which says little of
shares, and less with each later one. What was cancelled is taken out of the session that it was
bought in.
"""

import numpy as np

from .history import History
from .labels import category_counts
from .season import Season
from .taken_back import taken_back

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
    sessions = first + np.arange(int(known.max(initial=0)))
    gross = category_counts(history, category, categories, sessions)
    rows = np.arange(history.offsets[first], history.offsets[first + len(sessions)])
    back = taken_back(history, rows)
    place = np.searchsorted(history.offsets, back.row, "right") - 1 - first
    mixes = np.empty((len(known), categories))
    for row, k in enumerate(known.tolist()):
        counts = gross[:k].astype(np.float64)
        so_far = back.session < first + k
        cell = place[so_far], category[history.item[back.row[so_far]]]
        np.subtract.at(counts, cell, back.share[so_far])
        day = season.day(history.start[first + k - 1])
        usual = np.bincount(category, season.sold[day], categories) + 1e-9
        mixes[row] = _mixed(counts, usual / usual.sum())
    return mixes


def _mixed(counts: np.ndarray, usual: np.ndarray) -> np.ndarray:
    total = counts.sum(1)
    total, counts = total[total > 1e-6], counts[total > 1e-6]
    kept = counts / total[:, None]
    weight = _KEPT ** np.arange(len(kept))[::-1] * total / (total + _SURE)
    return (weight @ kept + _USUAL * usual) / (weight.sum() + _USUAL)
