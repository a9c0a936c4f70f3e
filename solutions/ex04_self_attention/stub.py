"""ex04: a self-attention layer from the input to the output."""

import numpy as np


def self_attention(
    x: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return out (..., n, d_v): every element of x as a weighted mean of all elements' values.

    x: (..., n, d)   any number of leading axes
    w_q: (d, d_k)   w_k: (d, d_k)   w_v: (d, d_v), used as x @ w; no biases
    mask: boolean, broadcasts to the scores (..., n, n); mask[i, j] True = element i may attend
        to element j. An element that may attend to nothing gets zeros.

    Scores are scaled by 1/√d_k. The output alone is returned, in the dtype of x.
    """
    raise NotImplementedError
