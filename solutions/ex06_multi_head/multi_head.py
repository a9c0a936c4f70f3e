"""Reference of ex06: the heads become one more leading axis, and attention runs once for all."""

import math

import numpy as np


def split_heads(x: np.ndarray, num_heads: int) -> np.ndarray:
    """Return (..., H, n, d/H) for x (..., n, d)."""
    *lead, n, d = x.shape
    return x.reshape(*lead, n, num_heads, d // num_heads).swapaxes(-2, -3)


def merge_heads(x: np.ndarray) -> np.ndarray:
    """Return (..., n, d) for x (..., H, n, d/H)."""
    *lead, num_heads, n, width = x.shape
    return x.swapaxes(-2, -3).reshape(*lead, n, num_heads * width)


def multi_head_attention(
    x: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    w_o: np.ndarray,
    num_heads: int,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Return out (..., n, d) for x (..., n, d)."""
    q, k, v = (split_heads(x @ w, num_heads) for w in (w_q, w_k, w_v))  # (..., H, n, d/H)
    scores = q @ k.mT / math.sqrt(q.shape[-1])  # (..., H, n, n)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return merge_heads(_softmax_or_zeros(scores) @ v) @ w_o


def _softmax_or_zeros(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis; a row of −inf alone becomes zeros."""
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))  # −inf − (−inf) would be NaN
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total)
