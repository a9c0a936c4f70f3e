"""The candidates of the copy head: what a customer has bought before, and how.

Every pair (question, distinct item) gets one row of features, all of them computed from sessions
that had ended before the question's moment.
"""

from typing import NamedTuple

import numpy as np

from .history import DAY, History, ranges
from .season import WINDOWS, Season, days_since_sold

NAMES = (
    "times bought",
    "share of sessions",
    "share of sessions since first",
    "sessions since",
    "in the last session",
    "days since",
    "days since first",
    "count decaying by 0.8 a session",
    "count decaying by 0.5 a session",
    "count decaying over 30 days",
    "count decaying over 120 days",
    "mean quantity",
    "mean spend",
    "days between purchases",
    "overdue",
    "place in the session",
    "last quantity",
    "times cancelled",
    "repeat rate of the item",
    "repeat rate of the item in 28 days",
    "repeats of the item in 28 days",
    "price now against price paid",
    *(f"sold in {days} days" for days in WINDOWS),
    "sold ever",
    "days since last sold",
    "days on sale",
    "price",
    "trend of 14 days",
)


class PastItems(NamedTuple):
    """P pairs of a question and an item bought before, ordered by question."""

    question: np.ndarray  # (P,)
    item: np.ndarray  # (P,)
    session: np.ndarray  # (P,) the last session that held it
    times: np.ndarray  # (P,) sessions that held it
    features: np.ndarray  # (P, F) float32, columns NAMES


def read_past_items(
    history: History, season: Season, users: np.ndarray, as_of: np.ndarray, known: np.ndarray
) -> PastItems:
    """Of the first ``known`` (Q,) sessions of each of ``users`` (Q,), as seen at ``as_of`` (Q,)."""
    size = len(history.items)
    first_session = history.user_offsets[users]
    begin = history.offsets[first_session]
    question, row = ranges(begin, history.offsets[first_session + known] - begin)
    known_item = history.item[row] < size
    returned = question[known_item & ~history.bought[row]] * size
    returned = np.sort(returned + history.item[row[known_item & ~history.bought[row]]])
    keep = known_item & history.bought[row]
    question, row = question[keep], row[keep]

    order = np.argsort(question * size + history.item[row], kind="stable")
    question, row = question[order], row[order]
    key = question * size + history.item[row]
    starts = np.flatnonzero(np.diff(key, prepend=-1))
    last = np.append(starts[1:], len(key)) - 1
    key, asked = key[starts], question[starts]
    item = key % size
    if not len(starts):
        none, features = np.zeros(0, np.int64), np.zeros((0, len(NAMES)), np.float32)
        return PastItems(none, none, none, none, features)

    def total(values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values, starts)

    purchases = np.cumsum(history.purchase) - history.purchase  # before each session, of anybody
    rank = purchases - purchases[history.user_offsets[history.user]]  # (S,) within the customer
    ends = np.append(purchases, purchases[-1] + history.purchase[-1])
    count_sessions = ends[first_session + known] - ends[first_session]  # (Q,)

    session = history.session[row]
    age = (count_sessions[question] - 1 - rank[session]).astype(np.float64)
    days = (as_of[question] - history.start[session]) / DAY
    times = np.diff(np.append(starts, len(row)))
    k = count_sessions[asked]
    oldest, newest = age[starts], age[last]
    since, since_first = days[last], days[starts]
    interval = np.where(times > 1, (since_first - since) / np.maximum(times - 1, 1), 0)
    decay8, decay5 = total(0.8**age), total(0.5 ** np.minimum(age, 60))
    day = season.day(as_of)[asked]
    steps = max(1, round(28 * DAY / season.length))
    ago = np.maximum(day - steps, 0)
    sold, repeats = season.sold[day, item], season.repeats[day, item]
    sold28, repeats28 = sold - season.sold[ago, item], repeats - season.repeats[ago, item]
    windows = [
        sold - season.sold[np.maximum(day - max(1, round(d * DAY / season.length)), 0), item]
        for d in WINDOWS
    ]
    sizes = np.diff(history.offsets)
    cancelled = np.searchsorted(returned, key, "right") - np.searchsorted(returned, key, "left")
    columns = (
        np.log(times),
        times / k,
        times / (oldest + 1),
        np.log1p(newest),
        newest == 0,
        np.log1p(since),
        np.log1p(since_first),
        np.log(np.maximum(decay8, 1e-3)),
        np.log(decay5 + 1e-3),
        np.log(total(np.exp(-np.minimum(days / 30, 60))) + 1e-3),
        np.log(total(np.exp(-np.minimum(days / 120, 60))) + 1e-3),
        total(history.quantity[row]) / times,
        total(np.log1p(history.spent[row])) / times,
        np.log1p(interval),
        np.where(times > 1, np.log((since + 1) / (interval + 1)), 0),
        (history.place[row] / sizes[session])[last],
        history.quantity[row[last]],
        np.log1p(cancelled),
        np.log((repeats + 0.5) / (sold + 5)),
        np.log((repeats28 + 0.5) / (sold28 + 2)),
        np.log1p(repeats28),
        np.where(sold > 0, season.price[day, item] - history.price[row[last]], 0),
        *(np.log1p(window) for window in windows),
        np.log1p(sold),
        np.log1p(days_since_sold(season, day, season.last_sold[day, item])),
        np.log1p(np.maximum(day - season.first_sold[item], 0)),
        history.price[row[last]],
        np.log((windows[2] + 0.5) / (windows[3] - windows[2] + 0.5)),
    )
    features = np.empty((len(starts), len(columns)), np.float32)
    for column, values in enumerate(columns):
        features[:, column] = values
    return PastItems(asked, item, session[last], times, features)
