"""ex30: attention whose query heads share heads of keys and values, and its backward pass."""

import numpy as np


def grouped_attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Scaled dot-product attention of H query heads over G heads of keys and values.

    q (..., H, n, d), k (..., G, m, d), v (..., G, m, dv), H a multiple of G; query head h uses key
    head h // (H / G). mask is boolean, True = may attend, and broadcasts to (..., H, n, m).
    Returns out (..., H, n, dv) and weights (..., H, n, m); a query with no key gets zeros.
    """
    raise NotImplementedError


def grouped_attention_backward(
    dout: np.ndarray, q: np.ndarray, k: np.ndarray, v: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of grouped_attention, given dout (..., H, n, dv), that of its output.

    q, k, v as in the forward pass, weights (..., H, n, m) as it returned them.
    Returns dq (..., H, n, d), dk (..., G, m, d), dv (..., G, m, dv).
    """
    raise NotImplementedError
