"""Layer normalisation: each vector to mean 0 and variance 1, then a learned gain and bias.

Ba, Kiros & Hinton 2016. With x̂ = (x − mean) · rstd and g = dout · gain, both means over the width:

    dx = rstd (g − mean(g) − x̂ · mean(g x̂))

The gain stands inside both means: taken outside, the gradient is right only while gain is 1.
"""

import math
from typing import NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, in_range, underflow_is_zero, upstream


class LayerNormSaved(NamedTuple):
    normed: np.ndarray  # (..., E), x̂
    rstd: np.ndarray  # (..., 1), 1/√(variance + eps)
    gain: np.ndarray  # (E,)


@underflow_is_zero
def layer_norm_forward(
    x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, LayerNormSaved]:
    """x (..., E), gain (E,), bias (E,) -> out (..., E). The variance divides by E, not E − 1."""
    x, gain, bias, eps = check_layer_norm_inputs(x, gain, bias, eps)
    centred = x - x.mean(-1, keepdims=True)
    centred -= centred.mean(-1, keepdims=True)  # the rounding of a mean that dwarfs the spread
    variance = (centred * centred).mean(-1, keepdims=True)
    rstd = 1 / np.sqrt(variance + eps)
    normed = centred * rstd
    return normed * gain + bias, LayerNormSaved(normed, rstd, gain)


@underflow_is_zero
def layer_norm_backward(
    dout: np.ndarray, saved: LayerNormSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., E) -> dx (..., E), dgain (E,), dbias (E,)."""
    normed, rstd, gain = saved
    dout = upstream(dout, normed.shape, normed.dtype)
    leading = tuple(range(dout.ndim - 1))
    dbias = dout.sum(leading)
    dgain = (dout * normed).sum(leading)
    g = dout * gain
    dx = g - g.mean(-1, keepdims=True) - normed * (g * normed).mean(-1, keepdims=True)
    return dx * rstd, dgain, dbias


def check_layer_norm_inputs(
    x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """All as arrays of one dtype, eps as a Python number."""
    x, gain, bias = floats(x=x, gain=gain, bias=bias)
    at_least_dims("x", x, 1, "(..., E)")
    expect_shape("gain", gain, x.shape[-1:], fit=("x", x))
    expect_shape("bias", bias, x.shape[-1:], fit=("x", x))
    eps = in_range("eps", eps, 0, math.inf, "[)")
    if x.shape[-1] == 0:
        raise ValueError(f"x must have a width of 1 or more to be normalised, got shape {x.shape}")
    return x, gain, bias, eps
