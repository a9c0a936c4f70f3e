"""What all baselines share: one interface, and the sessions as a sparse matrix that keeps time.

The law they obey: a score for ``as_of`` uses sessions that ended before it, of anybody; nothing
at or after it. It holds in one place, `Baskets`, and a test perturbs the future to prove it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import numpy as np
from scipy import sparse

from ..errors import DataError
from ..log.sessions import Sessions

_CELLS = 4_000_000  # of a dense array of work: 16 MB


class Baseline(ABC):
    """Fit on a log, then score every item for any user at any moment."""

    name: str

    def fit(self, history: Sessions) -> Self:
        """Take in the log. What of it a score may use is decided when it is asked for."""
        self.baskets = Baskets(history)
        self._everybody: tuple[Any, ...] | None = None  # as `counted` gives it
        return self

    def counted(self) -> tuple[Any, ...]:
        """What a score without ``as_of`` takes of everybody: counts, dense or sparse, (I,) or
        (I, I); those of parts of a log add up."""
        raise NotImplementedError

    def among(self, everybody: tuple[Any, ...]) -> Self:
        """Score as if fitted on a whole log, counted so, of which what was fitted is a part."""
        self._everybody = everybody
        return self

    @property
    def everybody(self) -> tuple[Any, ...]:
        if self._everybody is None:
            self._everybody = self.counted()
        return self._everybody

    @abstractmethod
    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        """Scores (Q, I), higher is better, for ``users`` (Q,) at the times ``as_of`` (Q,).

        Without ``as_of`` everything in the log counts as past.
        """


class Past(NamedTuple):
    """The P pairs of a question and an earlier session of its user, oldest first."""

    question: np.ndarray  # (P,)
    session: np.ndarray  # (P,)
    age: np.ndarray  # (P,) sessions in between: 0 for the latest


class Baskets:
    """S sessions over I items as 0 and 1, (S, I), and who may look at which of them when."""

    def __init__(self, sessions: Sessions) -> None:
        size = len(sessions.events.items)
        pairs = np.unique(sessions.session_of_row() * size + sessions.events.item)
        indptr = np.searchsorted(pairs // size, np.arange(len(sessions) + 1))
        ones = np.ones(len(pairs), dtype=np.float32)
        self.matrix = sparse.csr_array((ones, pairs % size, indptr), (len(sessions), size))
        self.user, self.end = sessions.user, sessions.end
        self.user_offsets = sessions.user_offsets

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape

    def past(self, users: np.ndarray, as_of: np.ndarray | None) -> Past:
        """What the user of each question did before it."""
        if len(users) and not 0 <= np.min(users) <= np.max(users) < len(self.user_offsets) - 1:
            raise DataError(f"Users must be codes below {len(self.user_offsets) - 1}.")
        counts = np.diff(self.user_offsets)[users]
        question = np.repeat(np.arange(len(users)), counts)
        session = np.repeat(self.user_offsets[users] - _starts(counts), counts)
        session += np.arange(len(question))
        if as_of is not None:
            seen = self.end[session] < as_of[question]
            question, session = question[seen], session[seen]
            counts = np.bincount(question, minlength=len(users))
        age = np.repeat(counts + _starts(counts), counts) - np.arange(len(question)) - 1
        return Past(question, session, age)

    def weigh(self, past: Past, weights: np.ndarray, questions: int) -> sparse.csr_array:
        """The past baskets of each question added up with ``weights`` (P,), (Q, I)."""
        chosen = sparse.csr_array(
            (weights.astype(np.float32), (past.question, past.session)),
            (questions, self.shape[0]),
        )
        return chosen @ self.matrix

    def sales(self, as_of: np.ndarray, window: float | None = None) -> np.ndarray:
        """Baskets that held each item before ``as_of`` (at most ``window`` seconds), (Q, I)."""
        return self.count_before(as_of, self.end, window)

    def count_before(
        self, as_of: np.ndarray, moment: np.ndarray, window: float | None = None
    ) -> np.ndarray:
        """Of the sessions with a ``moment`` (S,) before ``as_of`` (Q,), how many hold an item.

        With ``window``, those at most so many seconds before. Returns (Q, I).
        """
        order = np.argsort(as_of, kind="stable")
        changes = self._changes(as_of[order], moment)
        if window is not None:
            changes -= self._changes(as_of[order], moment + window)
        result = np.empty_like(changes)
        result[order] = np.cumsum(changes, axis=0, out=changes)
        return result

    def _changes(self, ordered: np.ndarray, moment: np.ndarray) -> np.ndarray:
        """Per question, the items of sessions that it is the first to find past, (Q, I)."""
        found_by = np.repeat(
            np.searchsorted(ordered, moment, side="right"), np.diff(self.matrix.indptr)
        )
        cells = found_by * self.shape[1] + self.matrix.indices
        shape = len(ordered), self.shape[1]
        cells = cells[found_by < len(ordered)]
        return np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.float32).reshape(shape)

    def tie_break(self, as_of: np.ndarray | None) -> np.ndarray:
        """Popularity scaled into [0, 1), to decide between equal counts, (Q, I) or (1, I)."""
        sold = self.matrix.sum(axis=0)[None] if as_of is None else self.sales(as_of)
        return sold / (1 + sold.max(axis=1, keepdims=True))


def in_parts(questions: int, width: int) -> Iterator[slice]:
    """Slices of the questions, so few each that (questions, width) stays a small array."""
    step = max(1, _CELLS // max(width, 1))
    for start in range(0, questions, step):
        yield slice(start, start + step)


def in_parts_by_date(as_of: np.ndarray | None, questions: int, width: int) -> Iterator[np.ndarray]:
    """As `in_parts`, in the order of their dates, so that few versions are in play at a time."""
    order = np.arange(questions) if as_of is None else np.argsort(as_of)
    for some in in_parts(questions, width):
        yield order[some]


def _starts(counts: np.ndarray) -> np.ndarray:
    """Where each run begins if runs of these lengths follow each other."""
    return np.cumsum(counts) - counts
