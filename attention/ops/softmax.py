"""Softmax: scores to weights that are positive and sum to one.

The backward never needs the scores, only the weights: with y = softmax(x),

    dy_i/dx_j = y_i (δ_ij − y_j)    so    dx = y · (dy − Σ_j dy_j y_j)

The sum is what a fast draft forgets: raising one weight lowers all the others of its row.
"""

from typing import NamedTuple

import numpy as np

from .checks import floats, underflow_is_zero, upstream


class SoftmaxSaved(NamedTuple):
    y: np.ndarray  # (...), the weights
    axis: int


class LogSoftmaxSaved(NamedTuple):
    log_y: np.ndarray  # (...), the log weights
    axis: int


@underflow_is_zero
def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Weights along `axis`, positive and summing to 1; a slice that is all −inf gives zeros.

    Stable for any finite x. Raises TypeError if x is not floating, ValueError if it has no such
    axis.
    """
    (x,) = floats(x=x)
    _check_axis(x, axis)
    e = np.exp(x - finite_max(x, axis))
    total = e.sum(axis, keepdims=True)
    return e / np.where(total == 0, 1, total).astype(x.dtype)


def softmax_forward(x: np.ndarray, axis: int = -1) -> tuple[np.ndarray, SoftmaxSaved]:
    """x (...) -> y (...), y = exp(x) / Σ exp(x) along `axis`."""
    y = softmax(x, axis)
    return y, SoftmaxSaved(y.copy(), axis)


@underflow_is_zero
def softmax_backward(dout: np.ndarray, saved: SoftmaxSaved) -> np.ndarray:
    """dout (...) -> dx (...)."""
    y, axis = saved
    dout = upstream(dout, y.shape, y.dtype)
    return y * (dout - (dout * y).sum(axis, keepdims=True))


@underflow_is_zero
def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """log y = x − log Σ exp(x) along `axis`, stable for any finite x."""
    (x,) = floats(x=x)
    _check_axis(x, axis)
    shifted = x - finite_max(x, axis)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def log_softmax_forward(x: np.ndarray, axis: int = -1) -> tuple[np.ndarray, LogSoftmaxSaved]:
    """x (...) -> log y (...)."""
    log_y = log_softmax(x, axis)
    return log_y, LogSoftmaxSaved(log_y.copy(), axis)


@underflow_is_zero
def log_softmax_backward(dout: np.ndarray, saved: LogSoftmaxSaved) -> np.ndarray:
    """dout (...) -> dx (...), dx = dout − y Σ dout."""
    log_y, axis = saved
    dout = upstream(dout, log_y.shape, log_y.dtype)
    return dout - np.exp(log_y) * dout.sum(axis, keepdims=True)


def _check_axis(x: np.ndarray, axis: int) -> None:
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axis must be one of the {x.ndim} axes of x {x.shape}, got {axis}")


def finite_max(x: np.ndarray, axis: int) -> np.ndarray:
    """The maximum that exp is shifted by; 0 where all is −inf, since −inf − −inf is NaN."""
    top = x.max(axis, keepdims=True, initial=-np.inf)
    return np.where(np.isneginf(top.real), 0, top).astype(x.dtype)
