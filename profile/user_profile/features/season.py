"""What is in season: for each day, what was sold on the days before it, and never on it."""

from typing import NamedTuple

import numpy as np

from ..dates import DAY
from .history import History

WINDOWS = (3, 7, 14, 28, 56)  # days
NAMES = (
    *(f"sold in {days} days" for days in WINDOWS),
    "sold ever",
    "trend of 14 days",
    "days since last sold",
    "days on sale",
    "price",
)
_MOST_CELLS = 6_000_000  # days × items; a longer or wider log gets days of more than 24 hours
_FORGET = 0.7  # what the price of a day keeps of the price before


class Season(NamedTuple):
    """D days over I items. Row d of a table knows the days before d."""

    begin: int  # seconds, where day 0 begins
    length: int  # seconds of a "day"
    sold: np.ndarray  # (D + 1, I) float32, sessions that held the item, ever
    repeats: np.ndarray  # (D + 1, I) float32, of those, by a customer who had had it before
    price: np.ndarray  # (D + 1, I) float32, log(1 + price), 0 while unknown
    last_sold: np.ndarray  # (D + 1, I) int32, day, -1 while never
    first_sold: np.ndarray  # (I,) int32, day

    def day(self, moments: np.ndarray) -> np.ndarray:
        """The day of each moment; what comes after the log is its end."""
        return np.clip((moments - self.begin) // self.length, 0, len(self.sold) - 1)

    def since(
        self, table: np.ndarray, day: np.ndarray, days: int, item: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """What a cumulative `table` gained in the `days` before `day`; of all items, or `item`."""
        steps = max(1, round(days * DAY / self.length))
        return table[day, item] - table[np.maximum(day - steps, 0), item]

    def features(self, day: np.ndarray) -> np.ndarray:
        """What is in season on each of `day` (d,): (d, I, F) float32, columns NAMES."""
        windows = {days: self.since(self.sold, day, days) for days in WINDOWS}
        fortnight_before = windows[28] - windows[14]
        columns = [
            *(np.log1p(window) for window in windows.values()),
            np.log1p(self.sold[day]),
            np.log((windows[14] + 0.5) / (fortnight_before + 0.5)),
            np.log1p(days_since_sold(self, day[:, None], self.last_sold[day])),
            np.log1p(np.maximum(day[:, None] - self.first_sold, 0)),
            self.price[day],
        ]
        features = np.empty((len(day), self.sold.shape[1], len(columns)), np.float32)
        for column, values in enumerate(columns):
            features[..., column] = values
        return features


class Days(NamedTuple):
    """The days that sales are counted in."""

    begin: int  # seconds
    length: int  # seconds of a "day"
    number: int  # D


class Sales(NamedTuple):
    """What was sold on each day. In the same days, those of parts of a log add up to the whole."""

    sold: np.ndarray  # (D, I) float64, sessions that held the item
    repeats: np.ndarray  # (D, I) float64, of those, by a customer who had had it before
    price: np.ndarray  # (D, I) float64, sum of log(1 + price)


def days_between(first: int, last: int, items: int) -> Days:
    """The days from one moment to another, seconds. Memory is bounded: see _MOST_CELLS."""
    begin = first // DAY * DAY
    span = last - begin + 1
    length = max(DAY, -(-span // max(1, _MOST_CELLS // max(items, 1))))
    return Days(begin, length, -(-span // length))


def count_sales(
    history: History, days: Days, items: np.ndarray | None = None, without: int | None = None
) -> Sales:
    """The sales of all customers of `history`, whose whole past it must hold.

    Of `items` (I,) ascending alone, if given; `without` the customer of this code.
    """
    items = np.arange(len(history.items)) if items is None else items
    size = len(items)
    column = np.full(len(history.items) + 1, -1)  # the last answers for an item not known
    column[items] = np.arange(size)
    rows = np.flatnonzero(history.bought & (column[history.item] >= 0))
    if without is not None:
        rows = rows[history.user[history.session[rows]] != without]
    session = history.session[rows]
    item, user = column[history.item[rows]], history.user[session]
    # By its end: what a session of several days holds is known when it is over.
    cell = (history.end[session] - days.begin) // days.length * size + item
    pair = user * size + item  # rows are in order of time within a customer
    _, first = np.unique(pair, return_index=True)
    again = np.ones(len(rows))
    again[first] = 0

    def count(weights: np.ndarray | None) -> np.ndarray:
        cells = np.bincount(cell, weights, days.number * size)
        return cells.reshape(days.number, size).astype(np.float64, copy=False)

    return Sales(count(None), count(again), count(history.price[rows]))


def read_season(history: History) -> Season:
    """The season tables of a log."""
    first, last = int(history.start.min()), int(history.end.max())
    days = days_between(first, last, len(history.items))
    return season_of(days, count_sales(history, days))


def season_of(days: Days, sales: Sales) -> Season:
    """The season tables, once all sales are counted."""
    D, size = sales.sold.shape

    def before(counts: np.ndarray) -> np.ndarray:
        return np.concatenate([np.zeros((1, size)), np.cumsum(counts, axis=0)]).astype(np.float32)

    sold, repeats = before(sales.sold), before(sales.repeats)
    daily = np.diff(sold, axis=0) > 0  # (D, I)
    day = np.where(daily, np.arange(D)[:, None], -1)
    last_sold = np.maximum.accumulate(np.concatenate([np.full((1, size), -1), day])).astype(
        np.int32
    )
    first_sold = np.where(daily.any(0), daily.argmax(0), D).astype(np.int32)
    price = _prices(sales, daily)
    return Season(days.begin, days.length, sold, repeats, price, last_sold, first_sold)


def _prices(sales: Sales, daily: np.ndarray) -> np.ndarray:
    D, size = daily.shape
    mean = (sales.price / np.maximum(sales.sold, 1)).astype(np.float32)
    prices = np.zeros((D + 1, size), np.float32)
    known = np.zeros(size, bool)
    for day in range(D):
        keep = np.where(known, _FORGET, 0)
        prices[day + 1] = np.where(
            daily[day], keep * prices[day] + (1 - keep) * mean[day], prices[day]
        )
        known |= daily[day]
    return prices


def days_since_sold(season: Season, day: np.ndarray, last_sold: np.ndarray) -> np.ndarray:
    """Days without a sale before `day`, at most 200, 200 where never sold."""
    scale = season.length / DAY
    return np.where(last_sold < 0, 200, np.minimum((day - 1 - last_sold) * scale, 200))
