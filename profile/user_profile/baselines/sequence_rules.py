"""Sequence rules: "after this item comes that item", counted over everybody's history.

Pairs up to ten steps apart count, weighted 1/distance; a step is a session. Ludewig and Jannach
(2018), "Evaluation of session-based recommendation algorithms".
"""

from typing import Self

import numpy as np
from scipy import sparse

from ..log.sessions import Sessions
from .base import Baseline, in_parts


class SequenceRules(Baseline):
    """Rules that start at the customer's last ``recent`` baskets, the n-th last weighing 1/n."""

    name = "sequence rules"

    def __init__(self, steps: int = 10, recent: int = 10) -> None:
        self.steps, self.recent = steps, recent

    def fit(self, history: Sessions) -> Self:
        super().fit(history)
        self._later = _later_sessions(self.baskets.user, self.steps)
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        past = self.baskets.past(users, as_of)
        weights = np.where(past.age < self.recent, 1 / (1 + past.age), 0)
        start = self.baskets.weigh(past, weights, len(users))
        if as_of is None:
            return (start @ self.everybody[0]).toarray()
        scores = np.empty(start.shape, dtype=np.float32)
        for part in in_parts(len(users), self.baskets.shape[0]):
            scores[part] = self._score_at(start[part], as_of[part])
        return scores

    def counted(self) -> tuple[sparse.csr_array, ...]:
        """How strongly item j is followed by item i, (I, I)."""
        matrix = self.baskets.matrix
        return ((matrix.T.tocsr() @ (self._later @ matrix)).tocsr(),)

    def _score_at(self, start: sparse.csr_array, as_of: np.ndarray) -> np.ndarray:
        """The same product in another order, so that each question can hide its own future."""
        baskets = self.baskets
        alike = (start @ baskets.matrix.T).toarray()  # (Q, S): what each session has of the start
        later = alike @ self._later
        later *= baskets.end < as_of[:, None]
        return later @ baskets.matrix


def _later_sessions(user: np.ndarray, steps: int) -> sparse.csr_array:
    """1/distance from each session to the next ones of the same user, (S, S)."""
    sessions = len(user)
    total = sparse.csr_array((sessions, sessions), dtype=np.float32)
    for step in range(1, min(steps, sessions - 1) + 1):
        same = user[:-step] == user[step:]
        weights = (same / step).astype(np.float32)
        shifted = sparse.diags_array(weights, offsets=step, shape=total.shape).tocsr()
        shifted.eliminate_zeros()
        total = total + shifted
    return total
