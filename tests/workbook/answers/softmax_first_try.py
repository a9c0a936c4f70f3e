"""A first try at ex01 with two faults: it runs along the wrong axis and leaves out the sum term."""

import numpy as np


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=0))
    return e / e.sum(axis=0)


def softmax_backward(dy, y, axis=-1):
    print("dy", dy.shape)
    return dy * y * (1 - y)
