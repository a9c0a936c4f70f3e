"""The candidates of the copy head: what a customer has bought before, and how.

Every pair (question, distinct item) gets one row of features, all of them computed from sessions
that had ended before the question's moment.
"""

from typing import NamedTuple

import numpy as np

from ..dates import DAY
from .history import History, ranges
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


class Purchases(NamedTuple):
    """R purchases that make P pairs, ordered by question, item and time."""

    question: np.ndarray  # (P,)
    item: np.ndarray  # (P,)
    first: np.ndarray  # (P,) its first purchase, of R
    last: np.ndarray  # (P,) its last one
    of_customer: np.ndarray  # (P,) sessions with a purchase that were known, of any item
    cancelled: np.ndarray  # (P,) cancellations of the item
    row: np.ndarray  # (R,) behaviour of the history
    sessions_after: np.ndarray  # (R,) float64, known sessions with a purchase after it
    days_ago: np.ndarray  # (R,) float64

    def total(self, values: np.ndarray) -> np.ndarray:
        """The sum over the purchases of each pair, (R,) -> (P,)."""
        return np.add.reduceat(values, self.first)


def read_past_items(
    history: History, season: Season, users: np.ndarray, as_of: np.ndarray, known: np.ndarray
) -> PastItems:
    """Of the first `known` (Q,) sessions of each of `users` (Q,), as seen at `as_of` (Q,)."""
    found = find_purchases(history, users, as_of, known)
    features = np.empty((len(found.item), len(NAMES)), np.float32)
    if not len(found.item):
        return PastItems(found.question, found.item, found.item, found.item, features)
    columns = how_bought(history, found) | how_sold(history, season, found, as_of)
    for column, name in enumerate(NAMES):
        features[:, column] = columns[name]
    session = history.session[found.row[found.last]]
    return PastItems(found.question, found.item, session, found.last - found.first + 1, features)


def find_purchases(
    history: History, users: np.ndarray, as_of: np.ndarray, known: np.ndarray
) -> Purchases:
    """Which purchases make which pair, and when each was; arguments as of `read_past_items`."""
    size = len(history.items)
    first_session = history.user_offsets[users]
    begin = history.offsets[first_session]
    question, row = ranges(begin, history.offsets[first_session + known] - begin)
    known_item = history.item[row] < size
    pair = question * size + history.item[row]
    returned = np.sort(pair[known_item & ~history.bought[row]])

    keep = known_item & history.bought[row]
    question, row, pair = question[keep], row[keep], pair[keep]
    order = np.argsort(pair, kind="stable")
    question, row, pair = question[order], row[order], pair[order]
    first = np.flatnonzero(np.diff(pair, prepend=-1))
    last = np.append(first[1:], len(pair))[: len(first)] - 1
    distinct = pair[first]

    before = np.append(0, np.cumsum(history.purchase))  # sessions with a purchase, of anybody
    sessions = before[first_session + known] - before[first_session]  # (Q,)
    session = history.session[row]
    rank = before[session] - before[first_session[question]]  # (R,) within the customer
    return Purchases(
        question=question[first],
        item=distinct % size if size else distinct,
        first=first,
        last=last,
        of_customer=sessions[question[first]],
        cancelled=np.searchsorted(returned, distinct, "right")
        - np.searchsorted(returned, distinct, "left"),
        row=row,
        sessions_after=(sessions[question] - 1 - rank).astype(np.float64),
        days_ago=(as_of[question] - history.start[session]) / DAY,
    )


def how_bought(history: History, found: Purchases) -> dict[str, np.ndarray]:
    """By the customer: columns (P,) of how often, how lately, how much."""
    row, last_row = found.row, found.row[found.last]
    times = found.last - found.first + 1
    after, ago = found.sessions_after, found.days_ago
    since, since_first = ago[found.last], ago[found.first]
    interval = np.where(times > 1, (since_first - since) / np.maximum(times - 1, 1), 0)
    sizes = np.diff(history.offsets)
    total = found.total
    return {
        "times bought": np.log(times),
        "share of sessions": times / found.of_customer,
        "share of sessions since first": times / (after[found.first] + 1),
        "sessions since": np.log1p(after[found.last]),
        "in the last session": after[found.last] == 0,
        "days since": np.log1p(since),
        "days since first": np.log1p(since_first),
        "count decaying by 0.8 a session": np.log(np.maximum(total(0.8**after), 1e-3)),
        "count decaying by 0.5 a session": np.log(total(0.5 ** np.minimum(after, 60)) + 1e-3),
        "count decaying over 30 days": np.log(total(np.exp(-np.minimum(ago / 30, 60))) + 1e-3),
        "count decaying over 120 days": np.log(total(np.exp(-np.minimum(ago / 120, 60))) + 1e-3),
        "mean quantity": total(history.quantity[row]) / times,
        "mean spend": total(np.log1p(history.spent[row])) / times,
        "days between purchases": np.log1p(interval),
        "overdue": np.where(times > 1, np.log((since + 1) / (interval + 1)), 0),
        "place in the session": history.place[last_row] / sizes[history.session[last_row]],
        "last quantity": history.quantity[last_row],
        "times cancelled": np.log1p(found.cancelled),
    }


def how_sold(
    history: History, season: Season, found: Purchases, as_of: np.ndarray
) -> dict[str, np.ndarray]:
    """By everybody, on the days before each question's: columns (P,) of sales, repeats, price."""
    item, day = found.item, season.day(as_of)[found.question]
    sold, repeats = season.sold[day, item], season.repeats[day, item]
    lately = {days: season.since(season.sold, day, days, item) for days in WINDOWS}
    repeats28 = season.since(season.repeats, day, 28, item)
    paid = history.price[found.row[found.last]]
    return {
        "repeat rate of the item": np.log((repeats + 0.5) / (sold + 5)),
        "repeat rate of the item in 28 days": np.log((repeats28 + 0.5) / (lately[28] + 2)),
        "repeats of the item in 28 days": np.log1p(repeats28),
        "price now against price paid": np.where(sold > 0, season.price[day, item] - paid, 0),
        **{f"sold in {days} days": np.log1p(count) for days, count in lately.items()},
        "sold ever": np.log1p(sold),
        "days since last sold": np.log1p(days_since_sold(season, day, season.last_sold[day, item])),
        "days on sale": np.log1p(np.maximum(day - season.first_sold[item], 0)),
        "price": paid,
        "trend of 14 days": np.log((lately[14] + 0.5) / (lately[28] - lately[14] + 0.5)),
    }
