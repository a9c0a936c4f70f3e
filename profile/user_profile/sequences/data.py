"""Rows of items of each user, the windows a run trains on, and arrays padded at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..log.sessions import Sessions


@dataclass(frozen=True)
class Histories:
    """The items of U users, oldest first, one user after the other."""

    item: np.ndarray  # (N,) codes
    offsets: np.ndarray  # (U + 1,): those of user u are item[offsets[u]:offsets[u + 1]]
    time: np.ndarray | None = None  # (N,) seconds; None: an order without a clock

    def of(self, user: int) -> np.ndarray:
        return self.item[self.offsets[user] : self.offsets[user + 1]]

    def times_of(self, user: int) -> np.ndarray | None:
        if self.time is None:
            return None
        return self.time[self.offsets[user] : self.offsets[user + 1]]

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)


def read_histories(sessions: Sessions) -> Histories:
    """All that each user did, sessions one after the other."""
    events = sessions.events
    time = events.time if events.timed else None
    return Histories(events.item, sessions.offsets[sessions.user_offsets], time)


class Windows(NamedTuple):
    """W stretches of histories."""

    user: np.ndarray  # (W,)
    start: np.ndarray  # (W,), rows of Histories.item
    stop: np.ndarray  # (W,)
    first: np.ndarray  # (W,) bool: does it begin where its history begins?

    @property
    def lengths(self) -> np.ndarray:
        return self.stop - self.start

    @property
    def targets(self) -> np.ndarray:
        """How many items of each are asked for, (W,): the first where its history begins alone."""
        return self.lengths - ~self.first

    def take(self, rows: np.ndarray | slice) -> "Windows":
        return Windows(*(column[rows] for column in self))


def draw_windows(past: Histories, longest: int, rng: np.random.Generator) -> Windows:
    """All histories, those longer than `longest` cut at places that change with `rng`.

    Every item is the target of one window.
    """
    lengths = past.lengths
    shift = np.where(lengths > longest, rng.integers(longest, size=len(lengths)), 0)
    counts = -(-(lengths + shift) // longest)  # windows of each user
    user = np.repeat(np.arange(len(lengths)), counts)
    number = np.arange(len(user)) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, end = past.offsets[user], past.offsets[user + 1]
    start = begin - shift[user] + number * longest
    stop = np.minimum(start + longest, end)
    return Windows(user, np.maximum(start, begin), stop, number == 0)


def pad(rows: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of codes side by side, 0 at the right of the shorter ones: (B, T), and lengths (B,)."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    padded = np.zeros((len(rows), lengths.max(initial=0)), dtype=np.int64)
    if lengths.any():
        padded[np.arange(padded.shape[1]) < lengths[:, None]] = np.concatenate(rows)
    return padded, lengths
