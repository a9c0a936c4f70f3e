"""Personal frequency: a customer gets again what they took most often."""

import numpy as np

from .base import Baseline


class PersonalFrequency(Baseline):
    """An item's score is the number of the customer's own baskets that held it.

    Equal counts are ranked by popularity, which most items need.
    """

    name = "personal frequency"

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        past = self.baskets.past(users, as_of)
        counts = self.baskets.weigh(past, np.ones(len(past.session)), len(users))
        return counts.toarray() + self.baskets.tie_break(as_of)
