"""When an item is asked for: the time since the one before, and the moment, as rows of one table.

At every step the model knows how long ago its last item was and when the next one comes, as it does
when it is asked; of later times it knows nothing. The gaps of a history so enter its attention too.
Times that go with a question: Li, Wang and McAuley (2020), "TiSASRec", has the gaps alone.
"""

from dataclasses import dataclass

import numpy as np

from ..features.history import bucket

GAPS = 24  # buckets of seconds, each wider than the one before
_WIDER = 2.2
_PERIODS = 24  # of the log, each with as many interactions
_NO_GAP, _NO_PERIOD = 0, 1 + GAPS


@dataclass(frozen=True)
class Clock:
    """Where the periods of a log end, in seconds."""

    edges: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        """Rows of the table: gaps and periods, and of each one more for "not known"."""
        return 1 + GAPS + 1 + len(self.edges) + 1

    def codes(self, times: np.ndarray, known: np.ndarray) -> np.ndarray:
        """`times` (B, T) seconds at which each place's next item comes, `known` (B,) whether that
        is known -> (B, T, 2). The first place has no gap.
        """
        codes = np.full((*times.shape, 2), (_NO_GAP, _NO_PERIOD), np.int64)
        gaps = np.maximum(np.diff(times, axis=1), 0)
        codes[:, 1:, 0] = 1 + bucket(gaps, _WIDER, GAPS)
        codes[:, :, 1] = 1 + _NO_PERIOD + np.searchsorted(self.edges, times, side="right")
        codes[~known] = (_NO_GAP, _NO_PERIOD)
        return codes


def unknown_moments(rows: int, places: int) -> np.ndarray:
    """The codes (rows, places, 2) of who says nothing of time."""
    return np.full((rows, places, 2), (_NO_GAP, _NO_PERIOD), np.int64)


def learn_clock(times: np.ndarray) -> Clock:
    """Periods of as many of the `times` (N,) each."""
    return Clock(tuple(np.unique(np.quantile(times, np.arange(1, _PERIODS) / _PERIODS)).tolist()))
