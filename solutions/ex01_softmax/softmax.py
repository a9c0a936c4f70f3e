"""ex01, reference: softmax and its backward pass."""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Softmax of x along one axis, stable for any finite input.

    x: any shape. Returns probabilities of the same shape and dtype, summing to 1 along ``axis``.
    """
    e = np.exp(x - x.max(axis, keepdims=True))  # the largest exponent is 0: no overflow
    return e / e.sum(axis, keepdims=True)


def softmax_backward(dy: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Gradient with respect to x, where ``y = softmax(x, axis)``.

    dy, y: same shape. Returns dx of that shape: y * (dy - sum(dy * y)).
    """
    return y * (dy - (dy * y).sum(axis, keepdims=True))
