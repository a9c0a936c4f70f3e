"""A second try at ex01: the axis is right, large scores overflow, the backward pass is to come."""

import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def softmax_backward(dy, y, axis=-1):
    raise NotImplementedError
