"""Layer norm, tuned: means over short rows are products with a vector of 1/E.

Why it is faster: numpy sums a short last axis row by row, with a call for each; BLAS does all rows
in one product. The rest works in place on the two arrays that have to be made anyway.
"""

import functools
from typing import NamedTuple

import numpy as np

from ..ops.checks import underflow_is_zero, upstream
from ..ops.layer_norm import check_layer_norm_inputs
from ..ops.linear import flat

DWARFED = 1e-2  # a spread so much smaller than the mean loses digits to the mean's rounding


class FastLayerNormSaved(NamedTuple):
    normed: np.ndarray  # (N, E), x̂, all leading axes as one
    rstd: np.ndarray  # (N, 1)
    gain: np.ndarray  # (E,)
    shape: tuple[int, ...]


@underflow_is_zero
def layer_norm_forward(
    x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, FastLayerNormSaved]:
    """x (..., E), gain (E,), bias (E,) -> out (..., E), as `ops.layer_norm_forward`."""
    x, gain, bias, eps = check_layer_norm_inputs(x, gain, bias, eps)
    rows = flat(x)
    share = _share(rows.shape[1], rows.dtype)
    mean = rows @ share  # (N, 1)
    normed = rows - mean
    out = normed * normed
    rstd = out @ share  # (N, 1), the variance
    rstd += eps
    np.sqrt(rstd, out=rstd)
    dwarfed = (rstd.real < DWARFED * np.abs(mean))[:, 0]
    if dwarfed.any():  # the rounding of their mean shows in what is left
        left = normed[dwarfed]
        left -= left.mean(-1, keepdims=True)
        normed[dwarfed] = left
        rstd[dwarfed] = np.sqrt((left * left) @ share + eps)
    np.reciprocal(rstd, out=rstd)
    normed *= rstd
    np.multiply(normed, gain, out=out)
    out += bias
    return out.reshape(x.shape), FastLayerNormSaved(normed, rstd, gain, x.shape)


@underflow_is_zero
def layer_norm_backward(
    dout: np.ndarray, saved: FastLayerNormSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., E) -> dx (..., E), dgain (E,), dbias (E,)."""
    normed, rstd, gain, shape = saved
    dout = flat(upstream(dout, shape, normed.dtype))
    ones = np.ones((1, len(dout)), dout.dtype)
    shares = _share(dout.shape[1], dout.dtype) * gain[:, None]  # (E, 1): d @ shares is mean(d gain)
    dbias = (ones @ dout)[0]
    work = dout * normed
    dgain = (ones @ work)[0]
    np.multiply(normed, work @ shares, out=work)
    work += dout @ shares
    dx = dout * gain
    dx -= work
    dx *= rstd
    return dx.reshape(shape), dgain, dbias


@functools.cache
def _share(E: int, dtype: np.dtype) -> np.ndarray:
    """(E, 1) of 1/E: rows @ share is the mean of each row."""
    share = np.full((E, 1), 1 / E, dtype)
    share.flags.writeable = False
    return share
