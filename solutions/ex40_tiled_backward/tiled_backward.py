"""Reference of ex40: each tile of weights is made anew, used, and forgotten."""

import math

import numpy as np


def tiled_backward(
    dout: np.ndarray,
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    out: np.ndarray,
    log_sum_exp: np.ndarray,
    tile: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tiles of keys, all queries at once: dk and dv are made tile by tile, dq is collected."""
    q = q / math.sqrt(q.shape[-1])
    shared = np.sum(dout * out, axis=-1, keepdims=True)  # Σ p dp of each row, without p
    dq, dk, dv = np.zeros_like(q), np.empty_like(k), np.empty_like(v)
    for first in range(0, k.shape[-2], tile):
        at = slice(first, first + tile)
        keys, values = k[..., at, :], v[..., at, :]
        # p = softmax(q keysᵀ), the part of it that belongs to these keys
        p = np.exp(q @ keys.mT - log_sum_exp[..., None])  # (..., n, tile)
        # out = p v
        dv[..., at, :] = p.mT @ dout
        # through the softmax
        dscores = p * (dout @ values.mT - shared)
        # scores = q kᵀ, q scaled already
        dq += dscores @ keys
        dk[..., at, :] = dscores.mT @ q
    dq /= math.sqrt(q.shape[-1])
    return dq, dk, dv
