"""A right answer to ex01."""

import numpy as np


def softmax(x, axis=-1):
    y = np.exp(x - np.max(x, axis=axis, keepdims=True))
    y /= np.sum(y, axis=axis, keepdims=True)
    return y


def softmax_backward(dy, y, axis=-1):
    return dy * y - y * np.sum(dy * y, axis=axis, keepdims=True)
