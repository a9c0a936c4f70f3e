"""The log as the model reads it: behaviours in sessions in customers, three ragged levels.

A behaviour is one item in one session; an invoice that lists an item twice is one behaviour.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..log.events import CANCELLATION, MISSING, PURCHASE
from ..log.sessions import Sessions

_BY_ROW = ("item", "kind", "bought", "quantity", "price", "spent", "place")
_BY_SESSION = ("start", "end", "purchase")


@dataclass(frozen=True)
class History:
    """N behaviours of S sessions of U customers, sorted by customer and start of session."""

    item: np.ndarray  # (N,) int64, code into items; len(items) stands for an item not known
    kind: np.ndarray  # (N,) int64, code into kinds
    bought: np.ndarray  # (N,) bool, of the kind that is to be predicted
    quantity: np.ndarray  # (N,) float32, log(1 + pieces)
    price: np.ndarray  # (N,) float32, log(1 + price of one piece), 0 if the log gives none
    spent: np.ndarray  # (N,) float64, pieces times price
    place: np.ndarray  # (N,) int64, 0 for the first behaviour of a session
    offsets: np.ndarray  # (S + 1,) behaviours of session s are offsets[s]:offsets[s + 1]
    user: np.ndarray  # (S,)
    start: np.ndarray  # (S,) int64, seconds
    end: np.ndarray  # (S,) int64, seconds
    purchase: np.ndarray  # (S,) bool, holds a behaviour of the kind to be predicted
    user_offsets: np.ndarray  # (U + 1,) sessions of customer u
    items: tuple[str, ...]
    kinds: tuple[str, ...]
    users: tuple[str, ...]

    @cached_property
    def session(self) -> np.ndarray:
        """The session of each behaviour, (N,)."""
        return np.repeat(np.arange(len(self.user)), np.diff(self.offsets))

    @cached_property
    def cancels(self) -> np.ndarray:
        """Which behaviours are cancellations, (N,) bool."""
        if CANCELLATION not in self.kinds:
            return np.zeros(len(self.kind), bool)
        return self.kind == self.kinds.index(CANCELLATION)

    @cached_property
    def cancelled(self) -> np.ndarray:
        """Which sessions hold a cancellation, (S,) bool."""
        return np.bincount(self.session, self.cancels, len(self.user)) > 0

    @cached_property
    def size(self) -> np.ndarray:
        """How many behaviours of each session are bought, (S,)."""
        return np.add.reduceat(self.bought, self.offsets[:-1]).astype(np.float64)

    @cached_property
    def paid(self) -> np.ndarray:
        """What was spent on what each session bought, (S,)."""
        return np.add.reduceat(self.spent * self.bought, self.offsets[:-1])

    @property
    def last_moment(self) -> int:
        return int(self.end.max())

    def known_sessions(self, users: np.ndarray, as_of: np.ndarray) -> np.ndarray:
        """How many of a customer's sessions had ended before `as_of`, (Q,).

        They are the first so many: a session that overlaps the moment hides those after it.
        """
        first = self.user_offsets[:-1]
        if not len(self.user):
            return np.zeros(len(users), np.int64)
        base = int(self.start.min()) - 1
        span = int(max(self.end.max(), as_of.max(initial=base))) - base + 2
        latest = np.maximum.accumulate(self.end - base + self.user.astype(np.int64) * span)
        moment = users.astype(np.int64) * span + np.clip(as_of - base, 0, span - 1)
        return np.searchsorted(latest, moment, side="left") - first[users]


def read_history(
    sessions: Sessions,
    *,
    items: tuple[str, ...] | None = None,
    kinds: tuple[str, ...] | None = None,
) -> History:
    """The history in `sessions`, in the vocabularies of a trained model if they are given.

    Where a log has purchases, those are to be predicted; where it has none, everything is.
    """
    events = sessions.events
    items = events.items if items is None else items
    kinds = events.kinds if kinds is None else kinds
    item = _recode(events.item, events.items, items)
    kind = np.minimum(_recode(events.kind, events.kinds, kinds), len(kinds) - 1)
    session = sessions.session_of_row()
    # One behaviour for each (session, item, kind), where it first appears.
    key = (session * (len(items) + 1) + item) * len(kinds) + kind
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rows = first[order]
    pieces = np.bincount(inverse, np.abs(events.quantity))[order]
    price = np.nan_to_num(events.price[rows])
    spent = np.bincount(inverse, np.nan_to_num(np.abs(events.quantity * events.price)))[order]
    session = session[rows]
    offsets = np.searchsorted(session, np.arange(len(sessions) + 1))
    target = kinds.index(PURCHASE) if PURCHASE in kinds else None
    bought = np.ones(len(rows), bool) if target is None else kind[rows] == target
    return History(
        item=item[rows],
        kind=kind[rows],
        bought=bought,
        quantity=np.log1p(pieces).astype(np.float32),
        price=np.log1p(np.maximum(price, 0)).astype(np.float32),
        spent=spent,
        place=np.arange(len(rows)) - offsets[session],
        offsets=offsets,
        user=sessions.user.astype(np.int64),
        start=sessions.time,
        end=sessions.end,
        purchase=np.bincount(session, bought, len(sessions)) > 0,
        user_offsets=sessions.user_offsets,
        items=items,
        kinds=kinds,
        users=events.users,
    )


def of_users(history: History, users: np.ndarray) -> History:
    """The history of `users` (u,) alone, distinct, who become customers 0 to u - 1."""
    counts = history.user_offsets[users + 1] - history.user_offsets[users]
    user, session = ranges(history.user_offsets[users], counts)
    lengths = history.offsets[session + 1] - history.offsets[session]
    row = ranges(history.offsets[session], lengths)[1]
    kept: dict[str, Any] = {name: getattr(history, name)[row] for name in _BY_ROW}
    kept |= {name: getattr(history, name)[session] for name in _BY_SESSION}
    return replace(
        history,
        **kept,
        user=user,
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        user_offsets=np.concatenate([[0], np.cumsum(counts)]),
        users=tuple(history.users[user] for user in users.tolist()),
    )


def sessions_alike(one: History, other: History) -> int:
    """How many of the first sessions of one customer's two histories are the same."""
    size = min(len(one.user), len(other.user))
    rows = min(one.offsets[size], other.offsets[size])
    differ = np.zeros(size, bool)
    for name in (*_BY_SESSION, "offsets"):
        shift = int(name == "offsets")
        differ |= getattr(one, name)[shift:][:size] != getattr(other, name)[shift:][:size]
    for name in _BY_ROW:
        unlike = np.flatnonzero(getattr(one, name)[:rows] != getattr(other, name)[:rows])
        differ[np.minimum(one.session[unlike[:1]], size - 1)] = True
    return int(differ.argmax()) if differ.any() else size


def bucket(values: np.ndarray, base: float, size: int) -> np.ndarray:
    """Buckets that widen with the value: floor(log(1 + value) / log(base)), below `size`."""
    return np.minimum((np.log1p(np.maximum(values, 0)) / math.log(base)).astype(np.int64), size - 1)


def ranges(starts: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Runs start, start + 1, …: which run each element is of, and the element, (sum,) each."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return run, np.arange(len(run)) - before[run] + starts[run]


def _recode(codes: np.ndarray, old: tuple[str, ...], new: tuple[str, ...]) -> np.ndarray:
    if old == new:
        return np.where(codes == MISSING, len(new), codes).astype(np.int64)
    code_of = {name: code for code, name in enumerate(new)}
    table = np.array([code_of.get(name, len(new)) for name in old] + [len(new)], np.int64)
    return table[codes]  # MISSING, -1, is the last
