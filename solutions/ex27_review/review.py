"""ex27, the reference: the four listings, mended."""

import math

import numpy as np


def one_matrix_attention(x: np.ndarray, w_q: np.ndarray, w_k: np.ndarray) -> np.ndarray:
    """softmax(Q Kᵀ / √d_k) X."""
    return _attend(x @ w_q, x @ w_k, x)


def embedding_attention(
    ids: np.ndarray, table: np.ndarray, w_q: np.ndarray, w_k: np.ndarray, w_v: np.ndarray
) -> np.ndarray:
    """One table, three projections."""
    x = table[ids]  # (..., n, d)
    return _attend(x @ w_q, x @ w_k, x @ w_v)


def batched_attention(x: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray:
    """softmax(X Xᵀ / √d) X for each sequence."""
    return _attend(x, x, x, mask)


def formula_attention(
    x: np.ndarray,
    w0: np.ndarray,
    b0: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
) -> np.ndarray:
    """The perceptron, event by event, then self-attention with keys."""
    e = np.maximum(x @ w0 + b0, 0) @ w1 + b1
    return _attend(e @ w_q, e @ w_k, e @ w_v)


def _attend(q, k, v, mask=None):
    """softmax(Q Kᵀ / √d_k) V over the keys the mask allows; zeros where it allows none."""
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(k.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v
