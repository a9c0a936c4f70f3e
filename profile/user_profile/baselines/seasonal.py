"""In season: any baseline's score times what sold in the days just before."""

from typing import Self

import numpy as np

from ..log.sessions import Sessions
from .base import Baseline


class InSeason(Baseline):
    """``base`` multiplied by an item's sales over the ``days`` before the moment."""

    def __init__(self, base: Baseline, days: float = 14.0) -> None:
        self.base, self.days = base, days
        self.name = f"{base.name} × {days:g}-day sales"

    def fit(self, history: Sessions) -> Self:
        super().fit(history)
        self.base.fit(history)
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        """As `Baseline.score`; raises ValueError without ``as_of``, for then there is no season."""
        if as_of is None:
            raise ValueError("A season needs a date: give as_of.")
        return self.base.score(users, as_of) * self.baskets.sales(as_of, self.days * 86_400)
