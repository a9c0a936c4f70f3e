"""The moments at which the outlook is asked for, in training and in test, apart in time.

Test: every customer with a session, 90 days before the log ends. Training: dates a fortnight
apart, the last of them 90 days earlier still, so that no training answer reaches into the test.
"""

from typing import NamedTuple

import numpy as np

from ..dates import DAY
from .history import History
from .labels import HORIZON

_STEP = 14  # days between the dates of training
_WARM_UP = 30  # days of log before the first date


class Moments(NamedTuple):
    user: np.ndarray  # (M,)
    time: np.ndarray  # (M,) seconds


class Span(NamedTuple):
    """Of a whole log, seconds."""

    first: int
    last: int


NO_MOMENTS = Moments(np.zeros(0, np.int64), np.zeros(0, np.int64))


def span_of(history: History) -> Span:
    return Span(int(history.start.min()), history.last_moment)


def test_date(history: History) -> int:
    return history.last_moment + 1 - HORIZON * DAY


def training_moments(
    history: History, to_the_end: bool = False, span: Span | None = None
) -> Moments:
    """Empty if the log is too short to hold a training and a test horizon.

    `to_the_end` keeps no horizon for a test: of a log that was cut at the date of one. `span` is
    that of the whole log, where `history` is a part of it.
    """
    first, end = span or span_of(history)
    last = end + 1 - HORIZON * DAY - HORIZON * DAY * (not to_the_end)
    dates = np.arange(last, first + _WARM_UP * DAY, -_STEP * DAY)[::-1]
    return customers_at(history, dates)


def test_moments(history: History) -> Moments:
    """Empty if the log is shorter than the horizon."""
    date = test_date(history)
    return customers_at(history, np.array([date] if date > history.start.min() else [], np.int64))


def acted_before(history: History, moment: int) -> np.ndarray:
    """Who had done something before `moment`: one who only cancelled is left out, as cleaning
    leaves them out at the log's end."""
    everybody = np.arange(len(history.users))
    known = history.known_sessions(everybody, np.full(len(everybody), moment))
    place = np.arange(len(history.user)) - history.user_offsets[history.user]
    did = (place < known[history.user]) & (history.purchase | ~history.cancelled)
    return np.unique(history.user[did])


def customers_at(history: History, dates: np.ndarray) -> Moments:
    """At each date, the customers who had bought something before it."""
    bought = np.where(history.purchase, history.end, np.iinfo(np.int64).max)
    first_purchase = np.full(len(history.users), np.iinfo(np.int64).max)
    np.minimum.at(first_purchase, history.user, bought)
    user, date = np.nonzero(first_purchase[:, None] < dates)
    return Moments(user, dates[date])
