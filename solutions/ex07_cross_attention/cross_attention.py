"""Reference of ex07: the attention of ex04, with keys and values taken from the memory."""

import math

import numpy as np


def cross_attention(
    x: np.ndarray,
    memory: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    memory_mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return out (..., n, d_v) for x (..., n, d_x) and memory (..., m, d_m)."""
    q, k, v = x @ w_q, memory @ w_k, memory @ w_v
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., n, m)
    if memory_mask is not None:
        scores = np.where(memory_mask[..., None, :], scores, -np.inf)
    return _softmax_or_zeros(scores) @ v


def _softmax_or_zeros(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis; a row of −inf alone, or of nothing, becomes zeros."""
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))  # −inf − (−inf) would be NaN
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)
