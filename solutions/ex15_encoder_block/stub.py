"""Exercise ex15: a pre-norm encoder block and its backward pass."""

from typing import Any

import numpy as np


def encoder_block(
    x: np.ndarray, params: dict[str, np.ndarray], num_heads: int, mask: np.ndarray | None = None
) -> tuple[np.ndarray, Any]:
    """h = x + MHA(LN1(x)); out = h + MLP(LN2(h)), with ReLU and eps = 1e-5.

    x (..., n, d); mask broadcasts to (..., num_heads, n, n), True = may attend.
    params: ln1_gain, ln1_bias, ln2_gain, ln2_bias (d,); w_q, w_k, w_v, w_o (d, d);
    w0 (d, F), b0 (F,), w1 (F, d), b1 (d,). A query with no key gets zeros from the attention.
    Returns out (..., n, d) and saved, which is whatever your backward pass needs.
    """
    raise NotImplementedError


def encoder_block_backward(
    dout: np.ndarray, saved: Any
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Gradients of encoder_block, given dout (..., n, d) and what its forward pass saved.

    Returns dx (..., n, d) and grads, a dict with the keys of params and the shapes of its arrays.
    """
    raise NotImplementedError
