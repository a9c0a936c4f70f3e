"""ex01: softmax and its backward pass. The question is in README.md beside this file."""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Softmax of x along one axis.

    x: real numbers of any shape, finite, as large as ±1e4.
    Returns probabilities of the same shape and dtype, which sum to 1 along ``axis``.
    """
    raise NotImplementedError


def softmax_backward(dy: np.ndarray, y: np.ndarray, axis: int = -1) -> np.ndarray:
    """Gradient of a loss with respect to x, where ``y = softmax(x, axis)``.

    dy: gradient of the loss with respect to y, same shape as y.
    y: the output of the forward pass.
    Returns dx, of the shape and dtype of y.
    """
    raise NotImplementedError
