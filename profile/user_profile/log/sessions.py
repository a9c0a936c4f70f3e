"""Events grouped into sessions: what the model reads one at a time, and the protocol predicts.

Rows are sorted once, by user, then session, then time; a session is then a slice of the rows, and
a user a slice of the sessions. Events of one microsecond keep the
order of the file.
"""

from dataclasses import dataclass

import numpy as np

from ..dates import DAY
from ..errors import DataError
from .events import CANCELLATION, MISSING, Events

HALF_AN_HOUR = 30 * 60
WEEK = 7 * DAY


@dataclass(frozen=True)
class Sessions:
    """S sessions of U users over N events, sorted by user and start."""

    events: Events  # the rows, reordered: those of session s are offsets[s]:offsets[s + 1]
    offsets: np.ndarray  # (S + 1,) int64
    user: np.ndarray  # (S,) int32
    time: np.ndarray  # (S,) int64, of the first event
    end: np.ndarray  # (S,) int64, of the last event
    user_offsets: np.ndarray  # (U + 1,) int64: sessions of user u are user_offsets[u:u + 2]

    def __len__(self) -> int:
        return len(self.user)

    @property
    def counts(self) -> np.ndarray:
        """Sessions of each user, (U,)."""
        return np.diff(self.user_offsets)

    def of_user(self, user: int) -> range:
        """The sessions of one user, oldest first."""
        return range(self.user_offsets[user], self.user_offsets[user + 1])

    def items(self, session: int) -> np.ndarray:
        """The distinct items of one session, (K,), in order of first appearance."""
        items = self.events.item[self.offsets[session] : self.offsets[session + 1]]
        _, first = np.unique(items, return_index=True)
        return items[np.sort(first)]

    def take(self, keep: np.ndarray) -> "Sessions":
        """The sessions that ``keep`` (S,) bool selects, same users and vocabularies."""
        sizes = np.diff(self.offsets)
        rows = np.flatnonzero(np.repeat(keep, sizes))
        return _grouped(self.events, rows, np.repeat(np.arange(keep.sum()), sizes[keep]))

    def names_again(self) -> int:
        """How many sessions bear a name that an earlier one of their customer and kind bears."""
        events, first = self.events, self.offsets[:-1]
        first = first[events.session[first] != MISSING]
        told = np.stack([events.user[first], events.session[first], events.kind[first]])
        return len(first) - np.unique(told, axis=1).shape[1]

    def session_of_row(self) -> np.ndarray:
        """The session of each row of ``events``, (N,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))


def group_sessions(events: Events, gap: int = HALF_AN_HOUR) -> Sessions:
    """Sessions as the log names them; rows that name none are parted where a user pauses.

    A pause is more than ``gap`` seconds. A name that comes again names another session after more
    than a `WEEK`, or after more than a `DAY` with other sessions between. What is cancelled under
    the name of its order is a session of its own: the order ended before.
    Raises DataError on an empty table and on events without a user.
    """
    rows = _by_user_and_time(events)
    given = events.session[rows]
    # Two users under one session id are two sessions.
    key = events.user[rows].astype(np.int64) * (len(events.sessions) + 1) + given + 1
    if CANCELLATION in events.kinds:
        cancelled = events.kind[rows] == events.kinds.index(CANCELLATION)
        key = 2 * key + (cancelled & (given != MISSING))
    order = np.argsort(key, kind="stable")
    between = np.diff(order) > 1  # the customer did something else meanwhile
    longest = np.where(between, DAY, WEEK) if events.timed else np.full(len(between), np.inf)
    longest = np.where(given[order[1:]] == MISSING, gap, longest)
    new = (np.diff(key[order]) > 0) | (np.diff(events.time[rows][order]) > longest)
    first = order[np.concatenate([[True], new])]  # sessions rank by their first event
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    session = np.empty(len(rows), dtype=np.int64)
    session[order] = rank[np.concatenate([[0], np.cumsum(new)])]
    order = np.argsort(session, kind="stable")
    return _grouped(events, rows[order], session[order])


def single_event_sessions(events: Events) -> Sessions:
    """Every event a session of its own: a log of items in a row, as for leave-one-out."""
    rows = _by_user_and_time(events)
    return _grouped(events, rows, np.arange(len(rows)))


def _by_user_and_time(events: Events) -> np.ndarray:
    if len(events) == 0:
        raise DataError(
            "No purchase is left to group into sessions: the log is empty, or holds cancellations "
            "and returns alone; check what its statuses and the signs of its pieces mean."
        )
    if (events.user == MISSING).any():
        raise DataError("Some events have no user; remove them with clean_events first.")
    return np.lexsort((events.micro, events.time, events.user))


def _grouped(events: Events, rows: np.ndarray, session: np.ndarray) -> Sessions:
    """``session`` (N,) numbers the sorted rows 0, 1, 2 … without gaps."""
    ordered = events.take(rows)
    starts = np.flatnonzero(np.diff(session, prepend=-1))
    offsets = np.append(starts, len(rows))
    user = ordered.user[starts]
    counts = np.bincount(user, minlength=len(events.users))
    return Sessions(
        events=ordered,
        offsets=offsets,
        user=user,
        time=ordered.time[starts],
        end=ordered.time[offsets[1:] - 1],
        user_offsets=np.concatenate([[0], np.cumsum(counts)]),
    )
