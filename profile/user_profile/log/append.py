"""Rows that a log does not hold yet: one customer's sessions as the longer log would have them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..errors import DataError
from .events import MISSING, PURCHASE, Events
from .sessions import Sessions, group_sessions


class NewEvent(NamedTuple):
    """One row that the log does not hold."""

    item: str
    quantity: float = 1.0
    price: float | None = None  # of one piece; None: see `price_before`
    kind: str = PURCHASE


def sessions_of(sessions: Sessions, user: int | None, name: str = "") -> Sessions:
    """The sessions of one customer, who becomes customer 0; None: of a new one, `name`."""
    events, (begin, stop) = sessions.events, (0, 0)
    if user is not None:
        begin, stop = sessions.user_offsets[user : user + 2].tolist()
        name = events.users[user]
    rows = slice(sessions.offsets[begin], sessions.offsets[stop])
    own = events.take(np.arange(rows.start, rows.stop))
    own = replace(own, user=np.zeros(len(own), np.int32), users=(name,), user_features={})
    return Sessions(
        own,
        sessions.offsets[begin : stop + 1] - rows.start,
        np.zeros(stop - begin, np.int32),
        sessions.time[begin:stop],
        sessions.end[begin:stop],
        np.array([0, stop - begin]),
    )


def with_session(
    sessions: Sessions, rows: Sequence[NewEvent], time: int, named: bool, last: bool = False
) -> Sessions:
    """One customer's sessions, read anew with further rows of `time` (seconds).

    `named`: the log names its sessions, so that the rows are one of their own, or with `last` go to
    the latest one there; else they are told apart by their pause. Raises DataError for a kind that
    the log does not know.
    """
    old = sessions.events
    session = MISSING
    if named:
        session = int(old.session[-1]) if last else len(old.sessions)
    known = set(old.items)
    items = old.items + tuple(dict.fromkeys(row.item for row in rows if row.item not in known))
    code, size = dict(zip(items, range(len(items)))), len(rows)
    more = {
        "user": np.zeros(size),
        "item": [code[row.item] for row in rows],
        "time": np.full(size, time),
        "session": np.full(size, session),
        "kind": [_kind(row.kind, old.kinds) for row in rows],
        "quantity": [abs(row.quantity) for row in rows],
        "price": [np.nan if row.price is None else row.price for row in rows],
        "text": np.full(size, MISSING),
        "micro": np.zeros(size),
    }
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(old, name), np.asarray(values, getattr(old, name).dtype)])
        for name, values in more.items()
    }
    if not named:
        columns["session"] = np.full(len(columns["user"]), MISSING, np.int32)
    names = (*old.sessions, "a further one") if named and not last else old.sessions
    return group_sessions(replace(old, **columns, items=items, sessions=names))


def price_before(events: Events, item: str, time: int) -> float | None:
    """What a piece of an item last sold for, up to `time`; of one that never did, the median of
    all that did; None where the log tells no price."""

    def sold(rows: np.ndarray) -> np.ndarray:
        found = rows[(events.price[rows] > 0) & (events.time[rows] <= time)]
        if PURCHASE in events.kinds:
            found = found[events.kind[found] == events.kinds.index(PURCHASE)]
        return found

    if item in events.items:
        rows = sold(np.flatnonzero(events.item == events.items.index(item)))
        if len(rows):
            latest = np.lexsort((events.micro[rows], events.time[rows]))[-1]
            return float(events.price[rows[latest]])
    every = sold(np.arange(len(events)))
    return float(np.median(events.price[every])) if len(every) else None


def _kind(kind: str, kinds: Sequence[str]) -> int:
    """Its code; in a log without purchases all it holds is what is to be predicted."""
    if kind == PURCHASE and PURCHASE not in kinds:
        return 0
    if kind not in kinds:
        raise DataError(f"There is no kind {kind!r} of event; this log knows {', '.join(kinds)}.")
    return kinds.index(kind)
