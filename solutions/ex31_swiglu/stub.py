"""ex31: the gated MLP of today's language models, and its backward pass."""

import numpy as np


def swiglu(x: np.ndarray, w_gate: np.ndarray, w_up: np.ndarray, w_down: np.ndarray) -> np.ndarray:
    """(silu(x w_gate) * (x w_up)) w_down, with silu(z) = z σ(z).

    x (..., d), any leading axes; w_gate (d, f), w_up (d, f), w_down (f, d). Returns (..., d).
    """
    raise NotImplementedError


def swiglu_backward(
    dy: np.ndarray, x: np.ndarray, w_gate: np.ndarray, w_up: np.ndarray, w_down: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of swiglu, given dy (..., d), the gradient of its output.

    Returns dx (..., d), dw_gate (d, f), dw_up (d, f), dw_down (f, d); the matrices served every
    leading position.
    """
    raise NotImplementedError
