"""Last basket: a customer gets again what they took last time."""

import numpy as np

from .base import Baseline


class LastBasket(Baseline):
    """Items of the customer's latest basket first, the more popular before the less."""

    name = "last basket"

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        past = self.baskets.past(users, as_of)
        latest = self.baskets.weigh(past, past.age == 0, len(users))
        return latest.toarray() + self.baskets.tie_break(as_of)
