"""Popularity: everybody gets what most baskets held so far."""

import numpy as np

from .base import Baseline


class Popularity(Baseline):
    """An item's score is the number of baskets that held it, of the last ``days`` if given."""

    name = "popularity"

    def __init__(self, days: float | None = None) -> None:
        self.days = days

    def counted(self) -> tuple[np.ndarray, ...]:
        return (self.baskets.matrix.sum(axis=0),)

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        if as_of is None:
            return np.tile(self.everybody[0], (len(users), 1))
        return self.baskets.sales(as_of, None if self.days is None else self.days * 86_400)
