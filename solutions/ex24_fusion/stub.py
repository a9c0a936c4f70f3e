"""ex24: fuse a behaviour vector with side features through a learnt gate, and its backward."""

import numpy as np


def gated_fusion(a: np.ndarray, b: np.ndarray, w: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """out = g * a + (1 - g) * b, feature by feature, with g = sigmoid([a, b] @ w + bias).

    a, b: (..., d), behaviour and side features, joined along the last axis with a in front
    w:    (2d, d), its first d rows meet a
    bias: (d,)
    returns (..., d); scores of ±1e4 give finite values and no warning
    """
    raise NotImplementedError


def gated_fusion_backward(
    dout: np.ndarray, a: np.ndarray, b: np.ndarray, w: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The gradients of sum(dout * gated_fusion(a, b, w, bias)).

    dout: (..., d), the rest as in the forward
    returns (da, db, dw, dbias), each of the shape of its input; dw and dbias are summed over all
    leading axes
    """
    raise NotImplementedError
