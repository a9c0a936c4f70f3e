"""Reference of ex05: three comparisons and where their axes go."""

import numpy as np


def causal_mask(n: int) -> np.ndarray:
    """Return (n, n), True on and below the diagonal."""
    return np.arange(n)[:, None] >= np.arange(n)


def padding_mask(lengths: np.ndarray, n: int) -> np.ndarray:
    """Return (B, n), True at the first lengths[b] places of row b."""
    return np.arange(n) < np.asarray(lengths)[:, None]


def combine(causal: np.ndarray, padding: np.ndarray) -> np.ndarray:
    """Return (B, 1, n, n): the keys that are both in the past and real."""
    return causal & padding[:, None, None, :]  # B, head, query, key
