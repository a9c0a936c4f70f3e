"""Every customer's history as one vector, as it stood at any moment: the ground of neighbours."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from ..errors import DataError
from .base import Baskets

NEVER = np.iinfo(np.int64).max
_MOST_PAIRS = 50_000_000  # (session, earlier session) pairs: about a gigabyte

Weight = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (ages, counts) of baskets -> weights


class Profiles:
    """The versions of all customers' vectors; a new session makes a new version.

    ``weight(age, count)`` is what a basket of that age counts among ``count`` baskets.
    """

    def __init__(self, baskets: Baskets, weight: Weight, *, dated: bool) -> None:
        """``dated`` False keeps the latest version of each customer alone."""
        counts = np.diff(baskets.user_offsets)
        last = baskets.user_offsets[1:][counts > 0] - 1
        version = np.arange(baskets.shape[0]) if dated else last
        self.user = baskets.user[version]
        length = version - baskets.user_offsets[self.user] + 1
        if length.sum() > _MOST_PAIRS:
            raise DataError(
                f"Neighbours at every date would compare {length.sum():,} pairs of sessions; "
                "leave as_of out, or choose a baseline without neighbours."
            )
        row = np.repeat(np.arange(len(version)), length)
        age = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
        weights = weight(age, np.repeat(length, length)).astype(np.float32)
        chosen = sparse.csr_array(
            (weights, (row, version[row] - age)), (len(version), baskets.shape[0])
        )
        self.matrix = (chosen @ baskets.matrix).tocsr()  # (V, I)
        self.since, self.until = _validity(baskets, version)

    def at(self, as_of: np.ndarray | None) -> np.ndarray:
        """The versions that any of these moments can see."""
        if as_of is None:
            return np.arange(len(self.user))
        return np.flatnonzero((self.since < as_of.max()) & (self.until >= as_of.min()))

    def visible(self, versions: np.ndarray, as_of: np.ndarray | None) -> np.ndarray:
        """Which of ``versions`` (V,) is its customer's latest at each moment, (Q, V) or (1, V)."""
        if as_of is None:
            return np.ones((1, len(versions)), dtype=bool)
        moment = as_of[:, None]
        return (self.since[versions] < moment) & (moment <= self.until[versions])


def _validity(baskets: Baskets, version: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A version can be seen after all its sessions ended, until the next one can, (V,) each."""
    since = baskets.end[version].copy()
    same = np.append(baskets.user[version][1:] == baskets.user[version][:-1], False)
    for row in np.flatnonzero(same):  # sessions may overlap: an end may come before the last one
        since[row + 1] = max(since[row + 1], since[row])
    return since, np.where(same, np.append(since[1:], NEVER), NEVER)
