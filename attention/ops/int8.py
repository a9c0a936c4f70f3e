"""int8 weights: a quarter of float32's memory, one scale for each output column.

Symmetric, as in LLM.int8() (arXiv:2208.07339), section 2.1: w ≈ q · scale with q in −127 … 127
and scale = max |w| / 127 of the column. A rounded weight is off by half a scale at most:

    |x w − x q scale| ≤ ½ scale Σ |x|

which `int8_error_bound` gives. The gradient goes to x alone: rounded weights are not trained.
"""

from typing import NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, upstream

LEVELS = 127
BLOCK = 1 << 20  # weights that are widened at a time


class Int8Weight(NamedTuple):
    levels: np.ndarray  # (in, out), int8
    scale: np.ndarray  # (out,), of the weight's dtype


class Int8LinearSaved(NamedTuple):
    weight: Int8Weight
    lead: tuple[int, ...]  # axes of x before its width


def quantize_int8(weight: np.ndarray) -> Int8Weight:
    """weight (in, out) -> its levels and scales; a column of zeros has scale 0.

    Raises ValueError for another shape, or weights that are not finite.
    """
    (weight,) = floats(weight=weight)
    if weight.ndim != 2 or not np.isfinite(weight).all() or weight.dtype.kind == "c":
        raise ValueError(f"weight must be finite and real, (in, out), got shape {weight.shape}")
    scale = np.abs(weight).max(axis=0, initial=0) / weight.dtype.type(LEVELS)
    levels = np.rint(weight / np.where(scale == 0, 1, scale))
    return Int8Weight(np.clip(levels, -LEVELS, LEVELS).astype(np.int8), scale)


def dequantize_int8(weight: Int8Weight) -> np.ndarray:
    """The weight (in, out) that stands for."""
    return weight.levels.astype(weight.scale.dtype) * weight.scale


def int8_linear_forward(x: np.ndarray, weight: Int8Weight) -> tuple[np.ndarray, Int8LinearSaved]:
    """x (..., in) -> out (..., out); never more than a block of the weight stands widened."""
    (x,) = floats(x=x)
    at_least_dims("x", x, 1, "(..., in)")
    rows, columns = weight.levels.shape
    expect_shape("x", x, (*x.shape[:-1], rows), "the weight's inputs last")
    flat = x.reshape(-1, rows)
    out = np.empty((len(flat), columns), x.dtype)
    for part in _blocks(rows, columns):
        out[:, part] = flat @ weight.levels[:, part].astype(x.dtype)
    out *= weight.scale.astype(x.dtype)
    return out.reshape(*x.shape[:-1], columns), Int8LinearSaved(weight, x.shape[:-1])


def int8_linear_backward(dout: np.ndarray, saved: Int8LinearSaved) -> np.ndarray:
    """dout (..., out) -> dx (..., in)."""
    weight, lead = saved
    rows, columns = weight.levels.shape
    dout = upstream(dout, (*lead, columns), np.asarray(dout).dtype)
    scaled = dout.reshape(-1, columns) * weight.scale.astype(dout.dtype)
    dx = np.zeros((len(scaled), rows), dout.dtype)
    for part in _blocks(rows, columns):
        dx += scaled[:, part] @ weight.levels[:, part].T.astype(dout.dtype)
    return dx.reshape(*lead, rows)


def int8_error_bound(x: np.ndarray, weight: Int8Weight) -> np.ndarray:
    """x (..., in) -> (..., out): how far an output may be off, by rounding the weight alone."""
    return np.abs(x).sum(-1, keepdims=True) * (weight.scale / 2)


def _blocks(rows: int, columns: int) -> list[slice]:
    step = max(1, BLOCK // max(rows, 1))
    return [slice(start, start + step) for start in range(0, columns, step)]
