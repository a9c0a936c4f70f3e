"""ex08: the multi-layer perceptron of a transformer block, forward and backward."""

import numpy as np


def mlp(
    x: np.ndarray, w0: np.ndarray, b0: np.ndarray, w1: np.ndarray, b1: np.ndarray
) -> np.ndarray:
    """Return y (..., e) = relu(x w0 + b0) w1 + b1, each row of x by itself.

    x: (..., d)   any number of leading axes
    w0: (d, f)   b0: (f,)   w1: (f, e)   b1: (e,), used as x @ w + b
    """
    raise NotImplementedError


def mlp_backward(
    dy: np.ndarray,
    x: np.ndarray,
    w0: np.ndarray,
    b0: np.ndarray,
    w1: np.ndarray,
    b1: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return (dx, dw0, db0, dw1, db1), the gradients of the scalar sum(dy * mlp(x, ...)).

    dy: (..., e)   gradient that arrives at y, any values

    Each gradient has the shape and the dtype of what it belongs to; those of the parameters add
    up over all leading axes. The derivative of ReLU at exactly 0 is taken to be 0.
    """
    raise NotImplementedError
