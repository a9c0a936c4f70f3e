"""Reference of ex03: the forward pass undone line by line, last line first."""

import math

import numpy as np


def attention_backward(
    dout: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dq, dk, dv), the gradients of sum(dout * out)."""
    # out = weights @ v
    dv = weights.mT @ dout  # (..., m, d_v)
    dweights = dout @ v.mT  # (..., n, m)
    # weights = softmax(scores)
    dscores = weights * (dweights - np.sum(weights * dweights, axis=-1, keepdims=True))
    # scores = q @ k.mT / sqrt(d_k)
    dscores /= math.sqrt(q.shape[-1])
    dq = dscores @ k  # (..., n, d_k)
    dk = dscores.mT @ q  # (..., m, d_k)
    return dq, dk, dv
