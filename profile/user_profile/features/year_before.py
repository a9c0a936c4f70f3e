"""What the time of year does to returns: how far the forecasts of a year before were off.

BG/NBD knows no season. In a log long enough, what it would have said of all customers at a date a
year ago stands beside what they did, and so does that of the other dates of that year. By how much
the date stood out is added to the log-odds of today, the more so the less of it is chance: the
shift is shrunk as James and Stein (1961) shrink a mean, by the share of the spread between dates
that the number of customers does not explain.
"""

from typing import NamedTuple

import numpy as np
import scipy  # its parts load when they are first used

from ..dates import DAY
from .labels import HORIZON

_YEAR = 364  # days: the same day of the week
_NEAR = 8  # days between a date that is asked for and one that is known
_AROUND, _FEWEST = 26, 20  # dates, of the year around one
_STEPS = 30  # of Newton's method, of at most one each


class Misses(NamedTuple):
    """At K dates, the log-odds that all customers' chances lacked."""

    date: np.ndarray  # (K,) int64, seconds, rising
    shift: np.ndarray  # (K,) with it they are right on the average
    variance: np.ndarray  # (K,) of the shift, by chance


NO_MISSES = Misses(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))


def find_misses(date: np.ndarray, odds: np.ndarray, returned: np.ndarray) -> Misses:
    """What log-odds of returns, (M,) each, lacked at the dates on which they were asked.

    Dates on which everybody returned, or nobody, are left out.
    """
    dates, row = np.unique(date, return_inverse=True)
    asked, came = np.bincount(row), np.bincount(row, returned)
    mixed = (came > 0) & (came < asked)
    shift = np.zeros(len(dates))
    for _ in range(_STEPS):
        chance = scipy.special.expit(odds + shift[row])
        slope = np.bincount(row, chance * (1 - chance))
        shift += np.clip((came - np.bincount(row, chance)) / np.maximum(slope, 1e-9), -1, 1) * mixed
    return Misses(dates[mixed], shift[mixed], 1 / np.maximum(slope[mixed], 1e-9))


def shift_of_year(misses: Misses, moments: np.ndarray) -> np.ndarray:
    """What to add to the log-odds at each of `moments` (M,); 0 where no year before is known.

    Of a moment, dates alone count whose answers were known by then.
    """
    times, row = np.unique(moments, return_inverse=True)
    return np.array([_shift(misses, int(time)) for time in times] or [0.0])[row]


def _shift(misses: Misses, time: int) -> float:
    known = misses.date + HORIZON * DAY <= time
    away = np.abs(misses.date[known] - (time - _YEAR * DAY))
    nearest = np.argsort(away, kind="stable")[:_AROUND]
    if len(nearest) < _FEWEST or away[nearest[0]] > _NEAR * DAY:
        return 0.0
    shift, chance = misses.shift[known][nearest], misses.variance[known][nearest].mean()
    spread = shift.var()
    return float((shift[0] - shift.mean()) * max(0.0, 1 - chance / max(spread, 1e-12)))
