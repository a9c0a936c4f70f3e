"""Rows of items of each user, the windows a run trains on, and arrays padded at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..evaluate import before
from ..sessions import Sessions
from ..split import Targets


@dataclass(frozen=True)
class Histories:
    """The items of U users, oldest first, one user after the other."""

    item: np.ndarray  # (N,) int32
    offsets: np.ndarray  # (U + 1,): those of user u are item[offsets[u]:offsets[u + 1]]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def of(self, user: int) -> np.ndarray:
        return self.item[self.offsets[user] : self.offsets[user + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)


def histories(sessions: Sessions, until: Targets | None = None) -> Histories:
    """What each user did; with ``until``, before the item asked for."""
    if until is not None:
        sessions = sessions.take(before(sessions, until))
    return Histories(sessions.events.item, sessions.offsets[sessions.user_offsets])


class Windows(NamedTuple):
    """W stretches of histories, none longer than a model reads."""

    user: np.ndarray  # (W,)
    start: np.ndarray  # (W,), rows of Histories.item
    stop: np.ndarray  # (W,)
    first: np.ndarray  # (W,) bool: does it begin where its history begins?

    @property
    def lengths(self) -> np.ndarray:
        return self.stop - self.start


def draw_windows(past: Histories, longest: int, rng: np.random.Generator) -> Windows:
    """All histories, the longer ones cut at random places: every item is a target once an epoch."""
    users, starts, stops = [], [], []
    for user in np.flatnonzero(past.lengths > 0).tolist():
        begin, end = int(past.offsets[user]), int(past.offsets[user + 1])
        first = min(end, begin + longest)
        if end - begin > longest:
            first = begin + int(rng.integers(1, longest + 1))
        cuts = [begin, *range(first, end, longest), end]
        users += [user] * (len(cuts) - 1)
        starts += cuts[:-1]
        stops += cuts[1:]
    start = np.array(starts)
    return Windows(np.array(users), start, np.array(stops), start == past.offsets[users])


def latest(past: Histories, users: np.ndarray, longest: int) -> Windows:
    """The last items of each of ``users`` (Q,)."""
    stop = past.offsets[np.asarray(users) + 1]
    start = np.maximum(past.offsets[users], stop - longest)
    return Windows(np.asarray(users), start, stop, start == past.offsets[users])


def pad(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of codes side by side, 0 at the right of the shorter ones: (B, T), and lengths (B,)."""
    lengths = np.array([len(row) for row in rows])
    padded = np.zeros((len(rows), lengths.max(initial=0)), dtype=np.int64)
    padded[np.arange(padded.shape[1]) < lengths[:, None]] = np.concatenate([*rows, []])
    return padded, lengths
