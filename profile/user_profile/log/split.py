"""Who is tested on what: the last session of each customer for test, the one before to validate.

With `single_event_sessions` the same split is leave-one-out: last item for test, the one before
for validation, file order among equal times.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..dates import day_of
from ..errors import DataError
from .sessions import Sessions


@dataclass(frozen=True)
class Targets:
    """Q questions: which items does ``user[q]`` take in the session that starts at ``time[q]``?

    An answer may use what happened before ``time[q]``; nothing at or after it.
    """

    user: np.ndarray  # (Q,) int32
    time: np.ndarray  # (Q,) int64
    session: np.ndarray  # (Q,) int64, the session asked about
    item: np.ndarray  # (P,) int32, distinct items of all sessions, one session after the other
    offsets: np.ndarray  # (Q + 1,) int64: the answers of question q are item[offsets[q]:…[q + 1]]

    def __len__(self) -> int:
        return len(self.user)

    def take(self, rows: np.ndarray) -> "Targets":
        """The questions ``rows`` (indices), in that order."""
        rows = np.arange(len(self.user))[rows]
        parts = [self.item[self.offsets[q] : self.offsets[q + 1]] for q in rows]
        lengths = [len(part) for part in parts]
        return Targets(
            self.user[rows],
            self.time[rows],
            self.session[rows],
            np.concatenate([self.item[:0], *parts]),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
        )


_NOBODY = np.zeros(0, np.int32)
NO_TARGETS = Targets(
    _NOBODY, np.zeros(0, np.int64), np.zeros(0, np.int64), _NOBODY, np.zeros(1, np.int64)
)


class Split(NamedTuple):
    """Sessions to train on, and the questions of validation and test (one a customer each)."""

    train: np.ndarray  # (S,) bool
    validation: Targets
    test: Targets


def split_last_sessions(sessions: Sessions, minimum: int = 3, kind: str | None = None) -> Split:
    """Each customer's last session for test, the one before for validation, the rest to train.

    Customers with fewer than ``minimum`` sessions only train. With ``kind``, only sessions with
    an event of that kind count, and only items of that kind are asked for; what a tested customer
    does from the validation session on is in no case trained on (the outlook, which asks of dates,
    is split by date: `features.moments`).
    Raises DataError if no customer has enough sessions.
    """
    if minimum < 3:
        raise ValueError(f"minimum must be 3 or more (train, validate, test), not {minimum}.")
    counted = np.ones(len(sessions.events), dtype=bool)
    if kind is not None:
        if kind not in sessions.events.kinds:
            raise DataError(f"There are no {kind!r} events; found {list(sessions.events.kinds)}.")
        counted = sessions.events.kind == sessions.events.kinds.index(kind)
    candidates = np.flatnonzero(np.add.reduceat(counted.astype(np.int64), sessions.offsets[:-1]))
    per_user = np.bincount(sessions.user[candidates], minlength=len(sessions.user_offsets) - 1)
    ends = np.cumsum(per_user)[per_user >= minimum]
    if len(ends) == 0:
        most = int(per_user.max(initial=0))
        raise DataError(
            f"No customer has {minimum} sessions (the most is {most}); "
            "training, validation and test need one each, so give a longer log."
        )
    test, validation = candidates[ends - 1], candidates[ends - 2]
    held_out = np.zeros(len(sessions) + 1, dtype=np.int64)  # +1 where held out, -1 past the user
    held_out[validation] += 1
    held_out[sessions.user_offsets[sessions.user[validation] + 1]] -= 1
    return Split(
        train=np.cumsum(held_out)[:-1] == 0,
        validation=_targets(sessions, validation, counted),
        test=_targets(sessions, test, counted),
    )


def split_at(sessions: Sessions, date: int, kind: str | None = None, minimum: int = 1) -> Targets:
    """The first session of each customer at or after ``date`` (seconds), of all customers who had
    at least ``minimum`` that ended before it: a split by one clock for everybody.

    ``kind`` as in `split_last_sessions`. Raises DataError if there is no such customer.
    """
    counted = np.ones(len(sessions.events), dtype=bool)
    if kind is not None:
        counted = sessions.events.kind == sessions.events.kinds.index(kind)
    holds = np.add.reduceat(counted.astype(np.int64), sessions.offsets[:-1]) > 0
    users = len(sessions.user_offsets) - 1
    past = np.bincount(sessions.user[holds & (sessions.end < date)], minlength=users)
    after = np.flatnonzero(holds & (sessions.time >= date) & (past[sessions.user] >= minimum))
    if not len(after):
        raise DataError(f"No customer has a session both before and after {day_of(date)}.")
    _, first = np.unique(sessions.user[after], return_index=True)
    return _targets(sessions, after[first], counted)


def _targets(sessions: Sessions, session: np.ndarray, counted: np.ndarray) -> Targets:
    question = np.full(len(sessions), -1)
    question[session] = np.arange(len(session))
    of_row = question[sessions.session_of_row()]
    rows = np.flatnonzero((of_row >= 0) & counted)
    size = len(sessions.events.items)
    pairs = np.unique(of_row[rows] * size + sessions.events.item[rows])
    return Targets(
        user=sessions.user[session],
        time=sessions.time[session],
        session=session,
        item=(pairs % size).astype(np.int32),
        offsets=np.searchsorted(pairs // size, np.arange(len(session) + 1)),
    )
