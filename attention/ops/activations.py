"""ReLU, GELU and SiLU: the bend between two linear maps, without which they would be one."""

import math
from typing import Literal, NamedTuple

import numpy as np

from .checks import floats, underflow_is_zero, upstream

GELU_CUBIC = 0.044715


class ReluSaved(NamedTuple):
    positive: np.ndarray  # (...), bool
    dtype: np.dtype


class GeluSaved(NamedTuple):
    x: np.ndarray  # (...)
    gate: np.ndarray  # (...), Φ(x) or its tanh form: out = x · gate
    approximate: str


class SiluSaved(NamedTuple):
    x: np.ndarray  # (...)
    gate: np.ndarray  # (...), σ(x)


def relu_forward(x: np.ndarray) -> tuple[np.ndarray, ReluSaved]:
    """x (...) -> max(x, 0) (...)."""
    (x,) = floats(x=x)
    positive = x.real > 0
    return np.where(positive, x, np.zeros((), x.dtype)), ReluSaved(positive, x.dtype)


def relu_backward(dout: np.ndarray, saved: ReluSaved) -> np.ndarray:
    """dout (...) -> dx (...); the derivative at 0 is taken as 0."""
    positive, dtype = saved
    dout = upstream(dout, positive.shape, dtype)
    return np.where(positive, dout, np.zeros((), dtype))


@underflow_is_zero
def gelu_forward(
    x: np.ndarray, approximate: Literal["none", "tanh"] = "none"
) -> tuple[np.ndarray, GeluSaved]:
    """x (...) -> x Φ(x) (...), Φ the normal distribution function. Hendrycks & Gimpel 2016.

    approximate="tanh" replaces Φ(x) by ½ (1 + tanh(√(2/π) (x + 0.044715 x³))).
    """
    (x,) = floats(x=x)
    if approximate == "none":
        from scipy.special import erf  # loaded here, since scipy takes longer to load than numpy

        gate = (1 + erf(x * math.sqrt(0.5))) * 0.5
    elif approximate == "tanh":
        gate = (1 + np.tanh(_gelu_inner(x))) * 0.5
    else:
        raise ValueError(f'approximate must be "none" or "tanh", got {approximate!r}')
    return x * gate, GeluSaved(x, gate, approximate)


@underflow_is_zero
def gelu_backward(dout: np.ndarray, saved: GeluSaved) -> np.ndarray:
    """dout (...) -> dx (...), dx = dout (gate + x · dgate/dx)."""
    x, gate, approximate = saved
    dout = upstream(dout, x.shape, x.dtype)
    if approximate == "none":
        near = _near(x)
        dgate = np.exp(near * near * -0.5) * (1 / math.sqrt(2 * math.pi))
    else:
        near = _near(x)
        inner_slope = math.sqrt(2 / math.pi) * (1 + 3 * GELU_CUBIC * near * near)
        dgate = 2 * gate * (1 - gate) * inner_slope
    return dout * (gate + x * dgate)


@underflow_is_zero
def silu_forward(x: np.ndarray) -> tuple[np.ndarray, SiluSaved]:
    """x (...) -> x σ(x) (...), also called swish. Elfwing et al. 2018."""
    (x,) = floats(x=x)
    gate = (1 + np.tanh(x * 0.5)) * 0.5  # σ(x), without an exp that could overflow
    return x * gate, SiluSaved(x, gate)


@underflow_is_zero
def silu_backward(dout: np.ndarray, saved: SiluSaved) -> np.ndarray:
    """dout (...) -> dx (...), dx = dout σ (1 + x (1 − σ))."""
    x, gate = saved
    dout = upstream(dout, x.shape, x.dtype)
    return dout * gate * (1 + x * (1 - gate))


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) of real x (...), exact also where it is tiny, as by tanh it is not."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, x.dtype.type(1), small) / (1 + small)


def _gelu_inner(x: np.ndarray) -> np.ndarray:
    x = _near(x)
    return math.sqrt(2 / math.pi) * (x + GELU_CUBIC * x * x * x)


def _near(x: np.ndarray) -> np.ndarray:
    """x, its real part within ±40: beyond, both gates are flat, and x² or x³ may overflow."""
    return np.clip(x.real, -40, 40) + (x - x.real)
