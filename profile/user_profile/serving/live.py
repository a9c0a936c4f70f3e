"""A profile that lives: each new session or event updates it, without training or reading anew.

What was encoded stays: the keys and values of the customer encoder, and the states. A new session
costs its own encoding and one step of causal attention over the cache; an event that joins the
last session takes that step back and repeats it. The answers equal those of reading the whole
history anew, in the season of the log: one session makes no season.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from attention import KVCache

from ..dates import time_of
from ..errors import DataError
from ..features.batch import group_by_length
from ..features.featurizer import Queries
from ..features.history import (
    History,
    append_session,
    cut_sessions,
    join_sessions,
    of_user,
)
from ..features.past_items import read_past_items
from ..log.events import PURCHASE
from .profile import Answered, Profile, assemble_profile, pooled_items
from .profiler import Profiler

_ROOM = 16  # sessions a cache has room for at first; it doubles when full


class NewEvent(NamedTuple):
    """One item of a session that the log does not hold; the model reads an unknown one as such."""

    item: str
    quantity: float = 1.0
    price: float | None = None  # of one piece; None: what it last sold for, 0 if never
    kind: str = PURCHASE


class LiveProfile:
    """One customer's profile, kept up to date. ``user`` None is a customer never seen before."""

    def __init__(self, profiler: Profiler, user: int | None, name: str = "new customer") -> None:
        self._model, self._spec = profiler.model, profiler.spec
        self._decisions = profiler.decisions
        side = np.array([[len(values) for values in self._spec.side.values()]], np.int64)
        if user is not None:
            side = profiler.featurizer.side[user : user + 1]
        history = of_user(profiler.history, user, name)
        self._reader = profiler.featurizer.with_history(history, side)
        self._now, self._prices = profiler.now, last_prices(profiler.history)
        self._caches: list[KVCache] = []
        start = self._model.customers.start.data
        self._states = np.zeros((1, 0, start.size), start.dtype)
        self._within: list[tuple[np.ndarray, np.ndarray]] = []
        self._encode(np.arange(len(history.user)))

    @property
    def history(self) -> History:
        """All that is known of this customer, who is customer 0 of it."""
        return self._reader.history

    def add_session(self, events: Sequence[NewEvent], time: int) -> None:
        """A session at ``time`` (seconds). Raises DataError if it is empty or time goes back."""
        if not events:
            raise DataError("A session needs at least one event.")
        history = self.history
        if len(history.end) and time < history.end.max():
            raise DataError(
                f"The session of {time_of(time)} comes before the end of the last one, "
                f"{time_of(history.end.max())}; add sessions in their order."
            )
        self._read(append_session(history, self._session(events, time)))

    def add_events(self, events: Sequence[NewEvent]) -> None:
        """Further events of the last session. Raises DataError if there is no session yet."""
        history = self.history
        count = len(history.user)
        if not count:
            raise DataError("There is no session to add events to; add a session first.")
        last = cut_sessions(history, count - 1, count)
        joined = join_sessions(last, self._session(events, int(last.start[0])))
        for cache in self._caches:
            cache.length -= 1
        self._states = self._states[:, :-1]
        self._within.pop()
        self._read(append_session(cut_sessions(history, 0, count - 1), joined))

    def profile(self, moment: int | None = None, top: int = 10) -> Profile:
        """The profile at ``moment``, by default the end of the log or of the last session."""
        history = self.history
        if moment is None:
            moment = max(self._now, int(history.end.max(initial=0)) + 1)
        users, moments = np.zeros(1, np.int64), np.array([moment])
        known = history.known_sessions(users, moments)
        batch = self._reader.batch(users, Queries(users, moments, users, moments))
        states = self._states[:, : 1 + int(known[0])]
        outputs, saved = self._model.answer(states, batch)
        evidence = self._model.evidence(batch, saved)
        past = read_past_items(history, self._reader.season, users, moments, known)
        answered = Answered(0, moment, history, batch, outputs, saved, evidence)
        return assemble_profile(self._spec, self._decisions, answered, self._within, past, top)

    def _session(self, events: Sequence[NewEvent], time: int) -> History:
        """New events as a history of one session."""
        spec = self._spec
        if PURCHASE not in spec.kinds:  # a log without any: all it holds is what is predicted
            events = [e._replace(kind=spec.kinds[0]) if e.kind == PURCHASE else e for e in events]
        unknown = sorted({event.kind for event in events} - set(spec.kinds))
        if unknown:
            raise DataError(
                f"There is no kind {unknown[0]!r} of event; this model knows "
                f"{', '.join(spec.kinds)}."
            )
        code_of = {item: code for code, item in enumerate(spec.items)}
        item = np.array([code_of.get(e.item, len(spec.items)) for e in events], np.int64)
        kind = np.array([spec.kinds.index(e.kind) for e in events], np.int64)
        target = spec.kinds.index(PURCHASE) if PURCHASE in spec.kinds else None
        bought = np.ones(len(events), bool) if target is None else kind == target
        quantity = np.abs([e.quantity for e in events]).astype(np.float64)
        price = np.array(
            [self._prices.get(code, 0.0) if e.price is None else e.price
             for e, code in zip(events, item.tolist())]
        )  # fmt: skip
        raw = History(
            item=item,
            kind=kind,
            bought=bought,
            quantity=np.log1p(quantity).astype(np.float32),
            price=np.log1p(np.maximum(price, 0)).astype(np.float32),
            spent=quantity * price,
            place=np.arange(len(events)),
            offsets=np.array([0, len(events)]),
            user=np.zeros(1, np.int64),
            start=np.array([time]),
            end=np.array([time]),
            purchase=np.array([bought.any()]),
            user_offsets=np.array([0, 1]),
            items=spec.items,
            kinds=spec.kinds,
            users=self.history.users,
        )
        return join_sessions(raw, cut_sessions(raw, 1, 1))  # an item named twice counts once

    def _read(self, history: History) -> None:
        """Take over a history that differs from the encoded one by its last session."""
        self._reader = self._reader.with_history(history, self._reader.side)
        self._encode(np.array([len(history.user) - 1]))

    def _encode(self, sessions: np.ndarray) -> None:
        """Encode the next sessions, and the start before the first, on top of what is kept."""
        behaviours, lengths = self._reader.behaviours(sessions)
        groups = group_by_length(np.cumsum(lengths) - lengths, lengths)
        x, _ = self._model.behaviours.forward(behaviours)
        vectors, saved = self._model.sessions.forward(x, groups)
        self._within += pooled_items(saved, behaviours, groups)
        self._make_room(1 + len(self.history.user))
        states = self._model.customers.infer(vectors, self._caches, self._reader.side)
        self._states = np.concatenate([self._states, states], axis=1)

    def _make_room(self, places: int) -> None:
        if self._caches and self._caches[0].max_length >= places:
            return
        room = max(_ROOM, 2 * places)
        wider = self._model.customers.encoder.new_caches(1, room)
        for old, new in zip(self._caches, wider):
            new.append(old.k[:, :, : old.length], old.v[:, :, : old.length])
        self._caches = wider


def last_prices(history: History) -> dict[int, float]:
    """What a piece of each item, by its code, was last bought for."""
    session = np.repeat(np.arange(len(history.user)), np.diff(history.offsets))
    rows = np.flatnonzero(history.bought & (history.price > 0))
    rows = rows[np.argsort(history.start[session[rows]], kind="stable")]
    return dict(zip(history.item[rows].tolist(), np.expm1(history.price[rows]).tolist()))
