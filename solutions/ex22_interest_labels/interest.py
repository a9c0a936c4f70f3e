"""Reference of ex22."""

import math

import numpy as np


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis; a row of −∞ gives zeros."""
    peak = scores.max(axis=-1, keepdims=True)
    p = np.exp(scores - np.where(np.isfinite(peak), peak, 0))
    total = p.sum(axis=-1, keepdims=True)
    return p / np.where(total > 0, total, 1)


def label_probabilities(
    queries: np.ndarray,
    memory: np.ndarray,
    w_label: np.ndarray,
    memory_mask: np.ndarray | None = None,
) -> np.ndarray:
    """Softmax over events, weighted sum, label scores, softmax over labels."""
    scores = queries @ np.swapaxes(memory, -1, -2) / math.sqrt(queries.shape[-1])  # (..., t, m)
    if memory_mask is not None:
        scores = np.where(memory_mask[..., None, :], scores, -np.inf)
    summary = _softmax(scores) @ memory  # (..., t, d)
    return _softmax(summary @ w_label)  # (..., t, c)
