"""Reference of ex33: two thin products beside the frozen one."""

import numpy as np


def lora(x: np.ndarray, w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """x w + (alpha / r) (x a) b (Hu et al. 2021, equation 3)."""
    return x @ w + alpha / a.shape[1] * ((x @ a) @ b)


def lora_backward(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, da, db), the gradients of sum(dy * lora); w has none."""
    scale = alpha / a.shape[1]
    # y = x @ w + scale * (low @ b)
    dlow = scale * (dy @ b.T)
    db = scale * _over_positions(x @ a, dy)
    # low = x @ a
    return dy @ w.T + dlow @ a.T, _over_positions(x, dlow), db


def merge(w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """w + (alpha / r) a b."""
    return w + alpha / a.shape[1] * (a @ b)


def _over_positions(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """leftᵀ right, summed over all positions."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
