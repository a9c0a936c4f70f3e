"""GELU, tuned: forward already knows the derivative, so backward is one product.

Why it is faster: scipy's erf takes some 100 ns an element of float32. Φ(−|x|) is the density times
a polynomial (Abramowitz & Stegun 1964, 7.1.26, error below 7.5e-8, half a unit in the last place
of float32), and the density is what the derivative needs anyway. Blocks stay in the cache.
"""

import math
from typing import Literal, NamedTuple

import numpy as np

from .. import ops
from ..ops._checks import floats, underflow_is_zero, upstream

BLOCK = 1 << 14  # elements
DENSITY_AT_0 = 1 / math.sqrt(2 * math.pi)
T_SCALE = 0.3275911 / math.sqrt(2)
POLYNOMIAL = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


class FastGeluSaved(NamedTuple):
    slope: np.ndarray  # (...), d gelu / dx


@underflow_is_zero
def gelu_forward(
    x: np.ndarray, approximate: Literal["none", "tanh"] = "none"
) -> tuple[np.ndarray, FastGeluSaved]:
    """x (...) -> x Φ(x) (...), as `ops.gelu_forward`."""
    (x,) = floats(x=x)
    if approximate != "none" or x.dtype != np.float32:
        out, saved = ops.gelu_forward(x, approximate)
        return out, FastGeluSaved(ops.gelu_backward(np.ones_like(x), saved))
    out, slope = np.empty(x.shape, x.dtype), np.empty(x.shape, x.dtype)
    flat_x, flat_out, flat_slope = x.reshape(-1), out.reshape(-1), slope.reshape(-1)
    scratch = np.empty((2, min(BLOCK, x.size)), x.dtype)
    for start in range(0, x.size, BLOCK):
        block = slice(start, start + BLOCK)
        _gelu_block(flat_x[block], flat_out[block], flat_slope[block], *scratch)
    return out, FastGeluSaved(slope)


def gelu_backward(dout: np.ndarray, saved: FastGeluSaved) -> np.ndarray:
    """dout (...) -> dx (...)."""
    dout = upstream(dout, saved.slope.shape, saved.slope.dtype)
    return dout * saved.slope


def _gelu_block(
    x: np.ndarray, out: np.ndarray, slope: np.ndarray, t: np.ndarray, density: np.ndarray
) -> None:
    """x (n,) into out (n,) and slope (n,); t and density are scratch, (n,) or longer."""
    t, density = t[: x.size], density[: x.size]
    near = np.clip(
        x, -13, 13, out=slope
    )  # beyond, the density is 0 in float32; x² must not overflow
    np.abs(near, out=t)
    t *= T_SCALE
    t += 1
    np.reciprocal(t, out=t)
    np.multiply(near, near, out=density)
    density *= -0.5
    np.exp(density, out=density)
    tail = np.multiply(t, POLYNOMIAL[0], out=out)
    for coefficient in POLYNOMIAL[1:]:
        tail += coefficient
        tail *= t
    tail *= density
    tail *= 0.5  # Φ(−|x|)
    np.subtract(0.5, tail, out=tail)
    np.copysign(tail, x, out=tail)
    gate = np.add(tail, 0.5, out=t)  # Φ(x)
    density *= DENSITY_AT_0
    slope *= density
    slope += gate
    np.multiply(x, gate, out=out)
