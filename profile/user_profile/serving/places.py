"""Places of a list that are kept for what is new to a customer.

Most of a coming basket was bought before, so the likeliest items leave new ones few places; a shop
that wants to show some keeps the last places for them.
"""

import numpy as np


def with_new(best: np.ndarray, fresh: np.ndarray, new: np.ndarray) -> np.ndarray:
    """A list of as many items as `best` (top,), of which so many at least are new as `fresh` (n,).

    Both hold codes, the best first; `new` says of every item whether it is. The last of the known
    ones give way, and what is added comes last.
    """
    is_new = new[best]
    missing = len(fresh) - int(is_new.sum())
    if missing <= 0:
        return best
    known = np.flatnonzero(~is_new)
    staying = np.delete(best, known[len(known) - missing :])
    return np.concatenate([staying, fresh[len(fresh) - missing :]])
