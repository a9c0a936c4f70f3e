"""A profile that lives: each new session or event updates it, without training or reading anew.

What was encoded stays: the keys and values of the customer encoder, and the states. A new session
costs its own encoding and one step of causal attention over the cache; where rows go before or
into what is there, the steps from that session on are taken back and repeated. The answers equal
those of reading the whole log anew with the rows in it: what everybody bought counts them too.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from attention import KVCache

from ..errors import DataError
from ..features.batch import group_by_length
from ..features.changed_season import changed_season
from ..features.featurizer import Queries
from ..features.history import History, read_history, sessions_alike
from ..features.past_items import read_past_items
from ..features.spec import side_codes
from ..log.append import NewEvent, price_before, sessions_of, with_session
from ..log.events import MISSING
from ..log.prepare import MOST_SESSIONS, bounded
from .facts import Facts, facts_if
from .profile import Answered, Profile, assemble_profile, pooled_items
from .profiler import Profiler

_ROOM = 16  # sessions a cache has room for at first; it doubles when full


class LiveProfile:
    """One customer's profile, kept up to date. ``user`` None is a customer never seen before.

    Of more than ``most`` sessions the latest are kept, as when a log is prepared. ``features`` are
    side features of a new customer and their values.
    """

    def __init__(
        self,
        profiler: Profiler,
        user: int | None,
        name: str = "new customer",
        most: int = MOST_SESSIONS,
        features: Mapping[str, str] | None = None,
    ) -> None:
        self._most = most
        self._model, self._spec = profiler.model, profiler.spec
        self._decisions = profiler.decisions
        self._log, self._others, self._user = profiler.sessions.events, profiler.history, user
        self._named = bool((self._log.session != MISSING).any())
        self._sessions = sessions_of(profiler.sessions, user, name)
        side = (
            profiler.featurizer.side[user : user + 1]
            if user is not None
            else (side_codes(self._spec.side, {k: (v,) for k, v in (features or {}).items()}, 1))
        )
        history = self._history()
        self._reader = profiler.featurizer.with_history(history, side)
        self._in_season = history  # what the season of the reader knows of this customer
        self._now = profiler.now
        self._caches: list[KVCache] = []
        start = self._model.customers.start.data
        self._states = np.zeros((1, 0, start.size), start.dtype)
        self._within: list[tuple[np.ndarray, np.ndarray]] = []
        self._encode(np.arange(len(history.user)))

    @property
    def history(self) -> History:
        """All that is known of this customer, who is customer 0 of it."""
        return self._reader.history

    def priced(self, events: Sequence[NewEvent], time: int) -> list[NewEvent]:
        """The events with a price each, if the log tells any: see `price_before`."""
        return [
            e if e.price is not None else e._replace(price=price_before(self._log, e.item, time))
            for e in events
        ]

    def add_session(self, events: Sequence[NewEvent], time: int) -> None:
        """A session at ``time`` (seconds), as the log would have it if it held its rows.

        Raises DataError if it is empty, or of a kind that the log does not know.
        """
        self._add(events, time, last=False)

    def add_events(self, events: Sequence[NewEvent]) -> None:
        """Further events of the last session. Raises DataError if there is no session yet."""
        if not len(self._sessions):
            raise DataError("There is no session to add events to; add a session first.")
        self._add(events, int(self._sessions.end[-1]), last=True)

    def facts(self, moment: int) -> Facts:
        """Orders, revenue and RFM at ``moment``, the one customer's."""
        return facts_if(self._others, self._user, self.history, moment)

    def profile(self, moment: int | None = None, top: int = 10) -> Profile:
        """The profile at ``moment``, by default the end of the log or of the last session."""
        history = self.history
        if moment is None:
            moment = max(self._now, int(history.end.max(initial=0)) + 1)
        self._catch_up()
        users, moments = np.zeros(1, np.int64), np.array([moment])
        known = history.known_sessions(users, moments)
        batch = self._reader.batch(users, Queries(users, moments, users, moments))
        states = self._states[:, : 1 + int(known[0])]
        outputs, saved = self._model.answer(states, batch)
        evidence = self._model.evidence(batch, saved)
        past = read_past_items(history, self._reader.season, users, moments, known)
        answered = Answered(0, moment, history, batch, outputs, saved, evidence)
        return assemble_profile(self._spec, self._decisions, answered, self._within, past, top)

    def _add(self, events: Sequence[NewEvent], time: int, last: bool) -> None:
        if not events:
            raise DataError("A session needs at least one event.")
        rows = self.priced(events, time)
        longer = with_session(self._sessions, rows, time, self._named, last)
        self._sessions = bounded(longer, [], self._most)
        history = self._history()
        same = sessions_alike(self.history, history)
        for cache in self._caches:
            cache.length = 1 + same
        self._states, self._within = self._states[:, : 1 + same], self._within[:same]
        self._reader = self._reader.with_history(history, self._reader.side)
        if same < len(history.user):
            self._encode(np.arange(same, len(history.user)))

    def _history(self) -> History:
        return read_history(self._sessions, items=self._spec.items, kinds=self._spec.kinds)

    def _catch_up(self) -> None:
        """Let the season know of what was added."""
        reader, was, now = self._reader, self._in_season, self.history
        if was is not now:
            season = changed_season(reader.season, self._others, self._user, was, now)
            self._reader = reader.with_history(now, reader.side, season)
            self._in_season = now

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
