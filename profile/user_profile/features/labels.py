"""What came true after a moment, as the heads are asked to foresee it.

Interest level in a category, in the coming session: low if nothing of it is bought, high if at
least two items and as many as the median of the training sessions that bought any, medium
otherwise.
Outlook, over the 90 days from a moment on: does the customer buy again, cancel anything, and which
of the bands nothing, low, medium, high holds the spend (thirds of the positive spends in training).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..dates import DAY
from .history import History, ranges

HORIZON = 90  # days


class Thresholds(NamedTuple):
    """Learned from training sessions alone."""

    high: np.ndarray  # (C,) items of a category that make its interest high
    spend: np.ndarray  # (2,) where the band medium begins, and the band high


class OutlookLabels(NamedTuple):
    returned: np.ndarray  # (M,) 0, 1
    cancelled: np.ndarray  # (M,) 0, 1
    spend: np.ndarray  # (M,) money


def category_counts(
    history: History, category: np.ndarray, categories: int, sessions: np.ndarray
) -> np.ndarray:
    """How many distinct items of each category each of `sessions` (Q,) bought, (Q, C)."""
    begin = history.offsets[sessions]
    question, row = ranges(begin, history.offsets[sessions + 1] - begin)
    keep = history.bought[row] & (history.item[row] < len(history.items))
    cell = question[keep] * categories + category[history.item[row[keep]]]
    counts = np.bincount(cell, minlength=len(sessions) * categories)
    return counts.reshape(len(sessions), categories)


def bought_of(
    history: History,
    category: np.ndarray,
    categories: int,
    users: np.ndarray,
    moments: np.ndarray,
    days: int,
) -> np.ndarray:
    """Items of each category that `users` (M,) bought in so many `days` from `moments` on, (M, C).

    -1: that they had bought before.
    """
    first = history.user_offsets[users]
    question, session = ranges(first, history.user_offsets[users + 1] - first)
    begin, at = history.start[session], moments[question]
    inside = history.end[session] < at
    if days > 0:
        inside = (begin >= at) & (begin < at + days * DAY)
    question, session = question[inside], session[inside]
    start = history.offsets[session]
    place, row = ranges(start, history.offsets[session + 1] - start)
    keep = history.bought[row] & (history.item[row] < len(history.items))
    cell = question[place[keep]] * categories + category[history.item[row[keep]]]
    counts = np.bincount(cell, minlength=len(users) * categories)
    return counts.reshape(len(users), categories)


def counted_levels(counts: np.ndarray) -> np.ndarray:
    """How many of the sessions (S, C) bought n items of a category, (C, N)."""
    size = int(counts.max(initial=0)) + 1
    return np.array([np.bincount(column, minlength=size) for column in counts.T])


def high_thresholds(counted: Sequence[np.ndarray]) -> np.ndarray:
    """From `counted_levels` of training sessions: the median of the positive ones, at least 2."""
    size = max(table.shape[1] for table in counted)
    every = sum(np.pad(table, ((0, 0), (0, size - table.shape[1]))) for table in counted)
    until = np.cumsum(np.asarray(every)[:, 1:], axis=1)  # (C, N - 1): n items or fewer
    total = until[:, -1] if size > 1 else np.zeros(len(until), np.int64)
    middle = [1 + (until <= place[:, None]).sum(1) for place in ((total - 1) // 2, total // 2)]
    return np.where(total > 0, np.maximum(2, (middle[0] + middle[1]) / 2), 2)


def interest_levels(counts: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Counts (Q, C) -> 0 low, 1 medium, 2 high."""
    return (counts > 0).astype(np.int64) + ((counts > 0) & (counts >= high))


def outlook_labels(
    history: History, users: np.ndarray, moments: np.ndarray, days: int = HORIZON
) -> OutlookLabels:
    """What each of `users` (M,) did in so many `days` from `moments` (M,) on.

    The log must reach that far: see `moments_within`.
    """
    buys, cancels, paid = history.purchase, history.cancelled, history.paid
    first = history.user_offsets[users]
    sessions = history.user_offsets[users + 1] - first
    row, session = ranges(first, sessions)
    begin = history.start[session]
    inside = (begin >= moments[row]) & (begin < moments[row] + days * DAY)
    row, session = row[inside], session[inside]
    size = len(users)
    return OutlookLabels(
        (np.bincount(row, buys[session], size) > 0).astype(np.int64),
        (np.bincount(row, cancels[session], size) > 0).astype(np.int64),
        np.bincount(row, paid[session], size),
    )


def taught(labels: OutlookLabels) -> tuple[str, ...]:
    """What of the outlook M moments teach: what came true for some of them and not for others."""
    found = [
        name for name in ("returned", "cancelled") if len(np.unique(getattr(labels, name))) > 1
    ]
    return (*found, *(["spend"] if len(np.unique(labels.spend)) > 2 else []))


def spend_thresholds(spend: np.ndarray) -> np.ndarray:
    """Thirds of the positive spends of training moments."""
    positive = spend[spend > 0]
    return np.quantile(positive, [1 / 3, 2 / 3]) if len(positive) else np.array([1.0, 2.0])


def spend_band(spend: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """0 nothing, 1 low, 2 medium, 3 high."""
    return np.where(spend > 0, 1 + np.searchsorted(thresholds, spend, "right"), 0)
