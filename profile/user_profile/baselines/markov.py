"""First-order Markov: the next basket given the items of the last one, and nothing before it."""

from typing import Self

import numpy as np
from scipy import sparse

from ..log.sessions import Sessions
from .base import Baseline, in_parts


class Markov(Baseline):
    """An item's score: the share of times that it came next, summed over the last basket's items.

    Rendle, Freudenthaler and Schmidt-Thieme (2010), the unpersonalised chain over baskets.
    """

    name = "first-order Markov"

    def fit(self, history: Sessions) -> Self:
        super().fit(history)
        user, end = self.baskets.user, self.baskets.end
        self._pairs = np.flatnonzero(user[:-1] == user[1:])  # sessions with one after them
        self._known = np.full(len(user), np.iinfo(np.int64).max)  # when the next one has ended
        self._known[self._pairs] = np.maximum(end[:-1], end[1:])[self._pairs]
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        past = self.baskets.past(users, as_of)
        last = self.baskets.weigh(past, past.age == 0, len(users))
        if as_of is None:
            return (last @ self._chances()).toarray()
        scores = np.empty(last.shape, dtype=np.float32)
        for part in in_parts(len(users), len(self._pairs)):
            scores[part] = self._score_at(last[part], as_of[part])
        return scores

    def counted(self) -> tuple[sparse.csr_array, np.ndarray]:
        """How often item i followed item j, (I, I), and item j anything, (I,)."""
        first, then = self.baskets.matrix[self._pairs], self.baskets.matrix[self._pairs + 1]
        return first.T @ then, first.sum(axis=0)

    def _chances(self) -> sparse.csr_array:
        """The share of times that item i followed item j in the whole log, (I, I)."""
        together, sold = self.everybody
        followed = np.maximum(sold, 1).astype(np.float32)
        return (sparse.diags_array(1 / followed) @ together).tocsr()

    def _score_at(self, last: sparse.csr_array, as_of: np.ndarray) -> np.ndarray:
        """The same, with the pairs of baskets that each question can see."""
        matrix = self.baskets.matrix
        followed = self.baskets.count_before(as_of, self._known)  # (Q, I)
        start = last.multiply(1 / np.maximum(followed, 1)).tocsr()
        alike = (start @ matrix[self._pairs].T).toarray()  # (Q, pairs)
        alike *= self._known[self._pairs] < as_of[:, None]
        return alike @ matrix[self._pairs + 1]
