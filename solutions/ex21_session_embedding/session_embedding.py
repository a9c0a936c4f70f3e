"""Reference of ex21."""

import numpy as np


def attention_pool(x: np.ndarray, w: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Masked softmax of the scores, then one weighted sum a session."""
    real = np.arange(x.shape[1]) < lengths[:, None]  # (B, n)
    scores = np.where(real, x @ w, -np.inf)
    peak = scores.max(axis=1, keepdims=True)
    p = np.exp(scores - np.where(np.isfinite(peak), peak, 0))  # no real event: all weights are 0
    total = p.sum(axis=1, keepdims=True)
    weights = p / np.where(total > 0, total, 1)
    return (weights[:, None, :] @ x)[:, 0]  # (B, d)
