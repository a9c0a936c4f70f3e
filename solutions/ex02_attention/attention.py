"""ex02, reference: scaled dot-product attention."""

import math

import numpy as np


def attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """softmax(q kᵀ / √d) v, after equation 1 of Vaswani et al. (2017).

    q (..., n, d), k (..., m, d), v (..., m, dv), mask (..., n, m) with True = may attend.
    Returns out (..., n, dv) and weights (..., n, m).
    """
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])  # math.sqrt: float32 stays float32
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(-1, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)  # -inf - -inf would be NaN in a row without keys
    e = np.exp(scores - top)
    total = e.sum(-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1)
    return weights @ v, weights
