"""RMS normalisation: layer norm without the mean and the bias. Zhang & Sennrich 2019.

With x̂ = x · rrms and g = dout · gain:  dx = rrms (g − x̂ · mean(g x̂)).
"""

import math
from typing import NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, in_range, underflow_is_zero, upstream


class RMSNormSaved(NamedTuple):
    normed: np.ndarray  # (..., E), x̂
    rrms: np.ndarray  # (..., 1), 1/√(mean x² + eps)
    gain: np.ndarray  # (E,)


@underflow_is_zero
def rms_norm_forward(
    x: np.ndarray, gain: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, RMSNormSaved]:
    """x (..., E), gain (E,) -> out (..., E)."""
    x, gain = floats(x=x, gain=gain)
    at_least_dims("x", x, 1, "(..., E)")
    expect_shape("gain", gain, x.shape[-1:], fit=("x", x))
    eps = in_range("eps", eps, 0, math.inf, "[)")
    if x.shape[-1] == 0:
        raise ValueError(f"x must have a width of 1 or more to be normalised, got shape {x.shape}")
    rrms = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
    normed = x * rrms
    return normed * gain, RMSNormSaved(normed, rrms, gain)


@underflow_is_zero
def rms_norm_backward(dout: np.ndarray, saved: RMSNormSaved) -> tuple[np.ndarray, np.ndarray]:
    """dout (..., E) -> dx (..., E), dgain (E,)."""
    normed, rrms, gain = saved
    dout = upstream(dout, normed.shape, normed.dtype)
    dgain = (dout * normed).sum(tuple(range(dout.ndim - 1)))
    g = dout * gain
    dx = g - normed * (g * normed).mean(-1, keepdims=True)
    return dx * rrms, dgain
