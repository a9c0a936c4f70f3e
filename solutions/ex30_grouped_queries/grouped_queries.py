"""Reference of ex30: the group is an axis of its own, over which keys and values broadcast."""

import math

import numpy as np


def grouped_attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Attention of H query heads over G heads of keys and values (Ainslie et al., 2023).

    q (..., H, n, d), k (..., G, m, d), v (..., G, m, dv), mask broadcast to (..., H, n, m).
    Returns out (..., H, n, dv) and weights (..., H, n, m).
    """
    groups = k.shape[-3]
    scores = _split(q, groups) @ _shared(k).mT / math.sqrt(q.shape[-1])
    scores = _join(scores)  # (..., H, n, m), the shape of the mask
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1)
    return _join(_split(weights, groups) @ _shared(v)), weights


def grouped_attention_backward(
    dout: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dq, dk, dv): what was broadcast over a group's heads is summed over them."""
    queries, dout, weights = (_split(array, k.shape[-3]) for array in (q, dout, weights))
    # out = weights @ v
    dv = (weights.mT @ dout).sum(axis=-3)
    dweights = dout @ _shared(v).mT
    # weights = softmax(scores)
    dscores = weights * (dweights - np.sum(weights * dweights, axis=-1, keepdims=True))
    # scores = q @ k.mT / sqrt(d)
    dscores /= math.sqrt(q.shape[-1])
    dk = (dscores.mT @ queries).sum(axis=-3)
    return _join(dscores @ _shared(k)), dk, dv


def _split(x: np.ndarray, groups: int) -> np.ndarray:
    """(..., H, n, d) as (..., G, H / G, n, d)."""
    *lead, heads, rows, columns = x.shape
    return x.reshape(*lead, groups, heads // groups, rows, columns)


def _shared(x: np.ndarray) -> np.ndarray:
    """(..., G, m, d) as (..., G, 1, m, d), for all heads of a group."""
    return x[..., None, :, :]


def _join(x: np.ndarray) -> np.ndarray:
    """(..., G, H / G, n, m) as (..., H, n, m)."""
    *lead, groups, each, rows, columns = x.shape
    return x.reshape(*lead, groups * each, rows, columns)
