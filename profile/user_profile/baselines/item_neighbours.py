"""Item-to-item neighbours: what is bought by the customers who buy what this one bought."""

from typing import Self

import numpy as np
from scipy import sparse

from ..log.sessions import Sessions
from .base import Baseline, in_parts_by_date
from .profiles import Profiles


class ItemNeighbours(Baseline):
    """Cosine of the items' customers, summed over what the customer bought.

    Sarwar, Karypis, Konstan and Riedl (2001), all items as neighbours.
    """

    name = "item-to-item neighbours"

    def fit(self, history: Sessions) -> Self:
        super().fit(history)
        self._profiles: dict[bool, Profiles] = {}
        return self

    def counted(self) -> tuple[sparse.csr_array, ...]:
        """How many customers bought both of two items, (I, I)."""
        bought = self._of_customers(dated=False).matrix
        return (bought.T.tocsr() @ bought,)

    def _of_customers(self, dated: bool) -> Profiles:
        """Who bought what, as 0 and 1."""
        if dated not in self._profiles:
            profiles = Profiles(self.baskets, lambda age, count: np.ones(len(age)), dated=dated)
            profiles.matrix.data[:] = 1.0
            self._profiles[dated] = profiles
        return self._profiles[dated]

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        past = self.baskets.past(users, as_of)
        counts = self.baskets.weigh(past, np.ones(len(past.session)), len(users))
        counts.data[:] = 1.0
        if as_of is None and self._everybody is not None:
            return _cosine_of_pairs(self._everybody[0], counts)
        profiles = self._of_customers(dated=as_of is not None)
        scores = np.empty(counts.shape, dtype=np.float32)
        width = len(self.baskets.user_offsets) + counts.shape[1]
        for part in in_parts_by_date(as_of, len(users), width):
            scores[part] = _cosine(profiles, counts[part], None if as_of is None else as_of[part])
        return scores


def _cosine(profiles: Profiles, counts: sparse.csr_array, as_of: np.ndarray | None) -> np.ndarray:
    versions = profiles.at(as_of)
    visible = profiles.visible(versions, as_of).astype(np.float32)
    bought = profiles.matrix[versions]  # (V, I)
    norm = np.sqrt(np.maximum(visible @ bought, 1))  # (Q, I), or (1, I) without dates
    start = counts.multiply(1 / norm).tocsr()
    shared = (start @ bought.T).toarray() * visible  # (Q, V)
    return (shared @ bought) / norm


def _cosine_of_pairs(both: sparse.csr_array, counts: sparse.csr_array) -> np.ndarray:
    """The same without dates, the customers summed up before: (Q, I) from counts (I, I)."""
    norm = np.sqrt(np.maximum(both.diagonal(), 1))
    return (counts.multiply(1 / norm).tocsr() @ both).toarray() / norm
