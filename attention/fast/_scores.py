"""The scores of one block: made, turned into weights in place, and the products they go into."""

import math

import numpy as np

from ._blocks import Block

SMALL = 30.0  # e^±30, and sums and products of it, are far inside float32


def as_columns(x: np.ndarray, scale: float, rows: int = 0) -> np.ndarray:
    """x (B, Hkv, S, N) -> x · scale (B, Hkv, N, S), and room for further rows."""
    *lead, S, N = x.shape
    columns = np.empty((*lead, N + rows, S), x.dtype)
    np.multiply(x.swapaxes(-1, -2), scale, out=columns[..., :N, :])
    return columns


def write_scores(
    q: np.ndarray, k: np.ndarray, softcap: float | None, block: Block, scores: np.ndarray
) -> np.ndarray | None:
    """Capped scores with their bias, written to `scores`; returns tanh(scores / softcap)."""
    np.matmul(q, k, out=scores)
    capped = None
    if softcap is not None:
        scores *= 1 / softcap
        capped = np.tanh(scores)
        np.multiply(capped, softcap, out=scores)
    if block.bias is not None:
        within = scores.reshape(block.shape)
        within += block.bias
    return capped


def exp_of_small(scores: np.ndarray, block: Block) -> np.ndarray | None:
    """exp in place -> sums (b, Hkv, G, t, 1); None where a row is too large or too small for it."""
    if not (scores.size and scores.max() < SMALL):
        return None
    np.exp(scores, out=scores)
    sums = scores @ np.ones((scores.shape[-1], 1), scores.dtype)
    sums = sums.reshape(*block.shape[:-1], 1)
    enough = sums > math.exp(-SMALL)
    if block.sees is not None:
        enough |= ~block.sees
    return sums if enough.all() else None


def exp_with_care(scores: np.ndarray, block: Block) -> np.ndarray:
    """As exp_of_small for any scores: less their row's maximum, whatever stands at hidden keys."""
    block.hide(scores.reshape(block.shape), -np.inf)
    top = scores.max(-1, keepdims=True, initial=-np.inf)
    top[np.isneginf(top)] = 0
    scores -= top
    np.exp(scores, out=scores)
    return scores.sum(-1).reshape(*block.shape[:-1], 1)


def multiply_queries(room: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """room (b, Hkv, G, t, N) = a (b, Hkv, G·t, s) @ b (b, Hkv, s, N)."""
    if room.shape[2] == 1:
        np.matmul(a, b, out=room[:, :, 0])
    else:
        room[...] = (a @ b).reshape(room.shape)


def multiply_into(room: np.ndarray, a: np.ndarray, b: np.ndarray, alone: bool) -> None:
    """room = a @ b if no other block writes there, else room += a @ b."""
    if alone:
        np.matmul(a, b, out=room)
    else:
        room += a @ b


def empty_heads(q: np.ndarray, width: int) -> np.ndarray:
    """(..., H, T, width) with the heads of a token side by side, so that joining them is free."""
    if q.ndim == 2:
        return np.empty((len(q), width), q.dtype)
    *lead, H, T, _ = q.shape
    return np.empty((*lead, T, H, width), q.dtype).swapaxes(-2, -3)
