"""ex41: ALiBi, a penalty on the scores that grows with distance."""

import numpy as np


def slopes(heads: int) -> np.ndarray:
    """The slope of each head, 2^(−8 (h + 1) / heads) for h = 0, 1, …, as float64 (heads,).

    heads is a power of two.
    """
    raise NotImplementedError


def alibi(n: int, heads: int) -> np.ndarray:
    """What is added to the scores: −slope · (i − j) for query i and key j ≤ i, −∞ for j > i.

    Returns float64 (heads, n, n), queries on axis 1, keys on axis 2.
    """
    raise NotImplementedError
