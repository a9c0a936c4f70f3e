"""A history as models of repeat buying read it: days with a purchase, and what they were worth."""

from typing import NamedTuple

import numpy as np

from ..dates import DAY
from .history import History
from .moments import Moments


class Visits(NamedTuple):
    """What is known of N customers."""

    repeats: np.ndarray  # (N,) purchases after the first
    recency: np.ndarray  # (N,) age at the last purchase, 0 without a repeat
    age: np.ndarray  # (N,) time since the first purchase


def read_visits(history: History, moments: Moments) -> tuple[Visits, np.ndarray]:
    """Of each customer up to their moment: visits in days, mean value of one, (M,).

    All zeros for who had not bought by then.
    """
    if not len(history.user):
        nothing = np.zeros(len(moments.user))
        return Visits(nothing, nothing, nothing), nothing
    first, known = history.user_offsets[moments.user], history.known_sessions(*moments)
    after = first + known
    day = history.start // DAY
    rows = np.flatnonzero(history.purchase)
    again = np.zeros(len(rows), bool)  # on the day of the purchase before
    again[1:] = (np.diff(history.user[rows]) == 0) & (np.diff(day[rows]) == 0)
    fresh = np.zeros(len(history.user), bool)
    fresh[rows] = ~again

    def so_far(values: np.ndarray) -> np.ndarray:
        sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        return sums[after] - sums[first]

    place = np.where(history.purchase, np.arange(len(day)), -1)
    latest = np.maximum.accumulate(place)[after - 1]
    following = np.minimum.accumulate(np.where(place < 0, len(day) - 1, place)[::-1])[::-1]
    begun = day[following[np.minimum(first, len(day) - 1)]]
    days = so_far(fresh)
    bought = days > 0
    visits = Visits(
        np.maximum(days - 1, 0),
        np.where(bought, day[latest] - begun, 0).astype(np.float64),
        np.where(bought, np.maximum(moments.time / DAY - begun, 0), 0),
    )
    return visits, so_far(history.paid) / np.maximum(days, 1)
