"""ex03: the backward pass of scaled dot-product attention."""

import numpy as np


def attention_backward(
    dout: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (dq, dk, dv), the gradients of the scalar sum(dout * out).

    The forward pass was weights = softmax(q kᵀ / √d_k) over the keys, out = weights v.

    dout: (..., n, d_v)   gradient that arrives at out, any values
    q: (..., n, d_k)   k: (..., m, d_k)   v: (..., m, d_v)
    weights: (..., n, m)   as the forward pass returned them: a masked key has weight 0,
        and a query that may attend to no key has a row of zeros

    The leading axes are equal. dq, dk, dv have the shapes and the dtype of q, k, v.
    """
    raise NotImplementedError
