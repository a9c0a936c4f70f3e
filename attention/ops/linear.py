"""The affine map x @ w + b.

Weights stand as (in, out); `torch.nn.Linear` stores the transpose.
"""

import math
from typing import NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, upstream


class LinearSaved(NamedTuple):
    x: np.ndarray  # (..., in)
    w: np.ndarray  # (in, out)
    has_bias: bool


def linear_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None
) -> tuple[np.ndarray, LinearSaved]:
    """x (..., in), w (in, out), b (out,) or None -> out (..., out)."""
    x, w = floats(x=x, w=w)
    at_least_dims("x", x, 1, "(..., in)")
    at_least_dims("w", w, 2, "(in, out)")
    expect_shape("w", w, (x.shape[-1], w.shape[-1]), fit=("x", x))
    out = flat(x) @ w  # (N, out): one product for all leading axes
    if b is not None:
        _, b = floats(x=x, b=b)
        expect_shape("b", b, (w.shape[1],), fit=("w", w))
        out += b
    return out.reshape(*x.shape[:-1], w.shape[1]), LinearSaved(x, w, b is not None)


def linear_backward(
    dout: np.ndarray, saved: LinearSaved, dw_room: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """dout (..., out) -> dx (..., in), dw (in, out), db (out,), None where forward had no b.

    dw is written to `dw_room`, if that is given.
    """
    x, w, has_bias = saved
    dout = upstream(dout, (*x.shape[:-1], w.shape[1]), x.dtype)
    dflat = flat(dout)
    db = dflat.sum(0) if has_bias else None
    dw = np.matmul(flat(x).T, dflat, out=dw_room)  # (in, N) (N, out)
    dx = dflat @ w.T  # (N, out) (out, in)
    return dx.reshape(x.shape), dw, db


def flat(x: np.ndarray) -> np.ndarray:
    """x (..., n) -> (N, n), without a copy where the layout allows."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
