"""ex06: multi-head attention, and the two functions that split and merge the heads."""

import numpy as np


def split_heads(x: np.ndarray, num_heads: int) -> np.ndarray:
    """Return (..., H, n, d/H) for x (..., n, d): head h gets columns h·d/H to (h+1)·d/H.

    num_heads divides d.
    """
    raise NotImplementedError


def merge_heads(x: np.ndarray) -> np.ndarray:
    """Return (..., n, d) for x (..., H, n, d/H): the inverse of split_heads."""
    raise NotImplementedError


def multi_head_attention(
    x: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    w_o: np.ndarray,
    num_heads: int,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return out (..., n, d): self-attention in num_heads subspaces, merged by w_o.

    x: (..., n, d)   any number of leading axes
    w_q, w_k, w_v, w_o: (d, d), used as x @ w; no biases
    mask: boolean, broadcasts to the scores (..., H, n, n); True = may attend. A query that may
        attend to nothing gets zeros in that head.

    Each head scales its scores by 1/√(d/H). The output alone is returned, in the dtype of x.
    """
    raise NotImplementedError
