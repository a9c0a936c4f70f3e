"""ex07: cross-attention: queries from one sequence, keys and values from another."""

import numpy as np


def cross_attention(
    x: np.ndarray,
    memory: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    memory_mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return out (..., n, d_v): for each row of x, a weighted mean of the memory's values.

    x: (..., n, d_x)   asks the questions   memory: (..., m, d_m)   holds the answers
    w_q: (d_x, d_k)   w_k: (d_m, d_k)   w_v: (d_m, d_v), used as x @ w; no biases
    memory_mask: boolean (..., m); True = this row of the memory may be read

    The leading axes of x and memory are equal. Scores are scaled by 1/√d_k. An empty memory,
    be it fully masked or of m = 0 rows, reads as zeros. The output alone is returned, in the
    dtype of x.
    """
    raise NotImplementedError
