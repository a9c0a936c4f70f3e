"""Reference of ex31: two branches from x that meet in a product."""

import numpy as np


def swiglu(x: np.ndarray, w_gate: np.ndarray, w_up: np.ndarray, w_down: np.ndarray) -> np.ndarray:
    """(silu(x w_gate) * (x w_up)) w_down (Shazeer 2020, equation 6)."""
    gate = x @ w_gate
    return (gate * _sigmoid(gate) * (x @ w_up)) @ w_down


def swiglu_backward(
    dy: np.ndarray, x: np.ndarray, w_gate: np.ndarray, w_up: np.ndarray, w_down: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dw_gate, dw_up, dw_down), the gradients of sum(dy * swiglu)."""
    gate, up = x @ w_gate, x @ w_up
    sigma = _sigmoid(gate)
    silu = gate * sigma
    # y = (silu * up) @ w_down
    dhidden = dy @ w_down.T
    dw_down = _over_positions(silu * up, dy)
    # hidden = silu(gate) * up
    dup = dhidden * silu
    dgate = dhidden * up * sigma * (1 + gate * (1 - sigma))
    # gate = x @ w_gate, up = x @ w_up
    dx = dgate @ w_gate.T + dup @ w_up.T
    return dx, _over_positions(x, dgate), _over_positions(x, dup), dw_down


def _sigmoid(z: np.ndarray) -> np.ndarray:
    """1 / (1 + e^-z), by the exponential that cannot overflow."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def _over_positions(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """leftᵀ right, summed over all positions."""
    return left.reshape(-1, left.shape[-1]).T @ right.reshape(-1, right.shape[-1])
