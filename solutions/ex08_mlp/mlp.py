"""Reference of ex08: two linear layers with a gate between, and the way back."""

import numpy as np


def mlp(
    x: np.ndarray, w0: np.ndarray, b0: np.ndarray, w1: np.ndarray, b1: np.ndarray
) -> np.ndarray:
    """Return y (..., e) for x (..., d)."""
    return np.maximum(x @ w0 + b0, 0) @ w1 + b1


def mlp_backward(
    dy: np.ndarray,
    x: np.ndarray,
    w0: np.ndarray,
    b0: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dw0, db0, dw1, db1) for dy (..., e)."""
    dy_rows, x_rows = dy.reshape(-1, dy.shape[-1]), x.reshape(-1, x.shape[-1])  # R rows in all
    hidden = np.maximum(x_rows @ w0 + b0, 0)  # (R, f)
    # y = hidden @ w1 + b1
    db1 = dy_rows.sum(axis=0)
    dw1 = hidden.T @ dy_rows
    dhidden = dy_rows @ w1.T
    # hidden = max(x @ w0 + b0, 0)
    dpre = np.where(hidden > 0, dhidden, 0)
    # pre = x @ w0 + b0
    db0 = dpre.sum(axis=0)
    dw0 = x_rows.T @ dpre
    dx = (dpre @ w0.T).reshape(x.shape)
    return dx, dw0, db0, dw1, db1
