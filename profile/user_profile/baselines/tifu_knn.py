"""TIFU-KNN: decayed personal frequency blended with that of the nearest customers.

Hu, He, Gao and Zhang (2020), "Modeling personalized item frequency information for next-basket
recommendation". The strongest classical method for next baskets.
"""

from typing import Self

import numpy as np
from scipy import sparse

from ..log.sessions import Sessions
from .base import Baseline, in_parts_by_date
from .profiles import Profiles


class TifuKnn(Baseline):
    """Baskets in groups of ``group_size``; within a group they decay by ``within``, the groups by
    ``between``; ``own_share`` weighs the customer against the mean of ``neighbours`` others. The
    defaults are the best on the validation sessions of the shipped log.
    """

    name = "TIFU-KNN"

    def __init__(
        self,
        neighbours: int = 100,
        group_size: int = 3,
        within: float = 1.0,
        between: float = 0.7,
        own_share: float = 0.3,
    ) -> None:
        self.neighbours, self.group_size = neighbours, group_size
        self.within, self.between, self.own_share = within, between, own_share

    def fit(self, history: Sessions) -> Self:
        super().fit(history)
        self._profiles: dict[bool, Profiles] = {}
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        dated = as_of is not None
        if dated not in self._profiles:
            self._profiles[dated] = Profiles(self.baskets, self._weight, dated=dated)
        past = self.baskets.past(users, as_of)
        count = np.bincount(past.question, minlength=len(users))[past.question]
        weights = self._weight(past.age, count)
        vectors = self.baskets.weigh(past, weights, len(users))
        scores = np.empty(vectors.shape, dtype=np.float32)
        width = len(self.baskets.user_offsets) + vectors.shape[1]
        for part in in_parts_by_date(as_of, len(users), width):
            moments = None if as_of is None else as_of[part]
            others = self._neighbourhood(users[part], vectors[part], moments)
            scores[part] = self.own_share * vectors[part].toarray() + (1 - self.own_share) * others
        return scores

    def _weight(self, age: np.ndarray, count: np.ndarray) -> np.ndarray:
        """What a basket counts: both decays, over the size and the number of groups."""
        group = age // self.group_size
        groups = -(-count // self.group_size)
        size = np.where(group == groups - 1, count - group * self.group_size, self.group_size)
        return self.within ** (age % self.group_size) * self.between**group / (size * groups)

    def _neighbourhood(
        self, users: np.ndarray, vectors: sparse.csr_array, as_of: np.ndarray | None
    ) -> np.ndarray:
        """Mean vector of the customers nearest to each question's (Euclidean), (Q, I)."""
        profiles = self._profiles[as_of is not None]
        versions = profiles.at(as_of)
        others = profiles.matrix[versions]  # (V, I)
        length = others.power(2).sum(axis=1)
        distance = length - 2 * (vectors @ others.T).toarray()  # up to the question's own length
        eligible = profiles.visible(versions, as_of) & (profiles.user[versions] != users[:, None])
        distance[~eligible] = np.inf
        nearest = min(self.neighbours, len(versions))
        if nearest == 0:
            return np.zeros(vectors.shape, dtype=np.float32)
        limit = np.partition(distance, nearest - 1, axis=1)[:, nearest - 1 : nearest]
        chosen = ((distance <= limit) & eligible).astype(np.float32)
        chosen /= np.maximum(chosen.sum(axis=1, keepdims=True), 1)
        return chosen @ others
