"""ex05: the masks of attention: boolean, True = may attend."""

import numpy as np


def causal_mask(n: int) -> np.ndarray:
    """Return a boolean mask (n, n): [i, j] is True where query i may attend to key j.

    A query may attend to itself and to what came before it, never to what comes after.
    """
    raise NotImplementedError


def padding_mask(lengths: np.ndarray, n: int) -> np.ndarray:
    """Return a boolean mask (B, n): [b, j] is True where place j of sequence b is real.

    lengths: (B,) integers from 0 to n. The real tokens stand first, the padding after them.
    """
    raise NotImplementedError


def combine(causal: np.ndarray, padding: np.ndarray) -> np.ndarray:
    """Return a boolean mask (B, 1, n, n) that broadcasts to scores (B, H, n, n).

    causal: (n, n) boolean   padding: (B, n) boolean
    [b, 0, i, j] is True where causal allows j to i and key j of sequence b is real. Padding
    forbids keys, not queries: the row of a padded query is not emptied for being padded.
    """
    raise NotImplementedError
