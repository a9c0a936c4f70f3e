"""The season of a log in which one customer did something else than before.

What everybody else bought stays as it is; of the items concerned alone is it counted anew.
"""

from collections import Counter

import numpy as np

from .history import History, sessions_alike
from .season import Days, Sales, Season, count_sales, days_between, season_of

_OF_ALL = ("sold", "repeats", "price", "last_sold")  # tables of all days, (D + 1, I)


def changed_season(
    season: Season, history: History, user: int | None, was: History, now: History
) -> Season:
    """`season` of `history`, but where `user` (None: one that it does not hold) did what `was`
    tells; made to that where this customer did what `now` tells. Both hold nobody else."""
    every = np.arange(len(history.items))
    days = days_between(*_span(history, user, now), len(every))
    same_days = (days.begin, days.length) == (season.begin, season.length)
    if not same_days or days.number + 1 < len(season.sold):
        return season_of(days, _sales(history, user, now, days, every))
    items = _concerned(was, now)
    part = season_of(days, _sales(history, user, now, days, items))
    tables = {}
    for name in _OF_ALL:
        old = getattr(season, name)
        table = np.concatenate([old, np.repeat(old[-1:], days.number + 1 - len(old), axis=0)])
        table[:, items] = getattr(part, name)
        tables[name] = table
    first = np.where(season.last_sold[-1] < 0, days.number, season.first_sold)
    first[items] = part.first_sold
    return Season(days.begin, days.length, **tables, first_sold=first.astype(np.int32))


def _sales(
    history: History, user: int | None, now: History, days: Days, items: np.ndarray
) -> Sales:
    others = count_sales(history, days, items, without=user)
    return Sales(*map(np.add, others, count_sales(now, days, items)))


def _span(history: History, user: int | None, now: History) -> tuple[int, int]:
    """The first and the last moment of everybody else and of `now`."""
    start, end = history.start, history.end
    if user is not None:
        own = slice(*history.user_offsets[user : user + 2])
        start, end = np.delete(start, own), np.delete(end, own)
    return int(np.append(start, now.start).min()), int(np.append(end, now.end).max())


def _concerned(was: History, now: History) -> np.ndarray:
    """The items of which the two do not hold the same purchases."""

    same = sessions_alike(was, now)

    def purchases(history: History) -> Counter[tuple[float, ...]]:
        """Behind the sessions that are the same."""
        rows = history.offsets[same] + np.flatnonzero(history.bought[history.offsets[same] :])
        session = history.session[rows]
        columns = history.item[rows], history.start[session], history.end[session]
        return Counter(zip(*(c.tolist() for c in (*columns, history.price[rows]))))

    before, after = purchases(was), purchases(now)
    items = {int(row[0]) for row in ((before - after) + (after - before))}
    return np.array(sorted(items - {len(now.items)}), np.int64)
