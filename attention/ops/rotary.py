"""Rotary positions: pairs of features are turned by an angle that grows with the position.

Su et al. 2021 (RoFormer), equation 34. A turned query meets a turned key in a score that depends
on the distance of their positions alone. The backward of a turn is the turn back.
"""

import math
from typing import Any, Literal, NamedTuple

import numpy as np

from .checks import at_least_dims, floats, in_range, unmasked, upstream
from .rotary_scaling import RotaryScaling, slowed_frequencies

Pairing = Literal["interleaved", "half"]


class Rotary(NamedTuple):
    """How positions turn: the options of `rotary_forward`, for who hands them on."""

    pairing: Pairing = "interleaved"
    base: float = 10000.0
    scaling: RotaryScaling | None = None


class RotarySaved(NamedTuple):
    cos: np.ndarray  # broadcasts to (..., T, D/2)
    sin: np.ndarray  # broadcasts to (..., T, D/2)
    pairing: Pairing
    shape: tuple[int, ...]


def rotary_frequencies(
    D: int, base: float, scaling: RotaryScaling | None = None
) -> tuple[np.ndarray, float]:
    """-> (D/2,) radians a position, and the amplitude. Raises ValueError for a bad rule."""
    frequencies = base ** (-np.arange(0, D, 2) / max(D, 1))  # (D/2,)
    if scaling is None:
        return frequencies, 1.0
    return slowed_frequencies(frequencies, D, base, scaling)


def rotary_forward(
    x: np.ndarray,
    positions: Any,
    *,
    base: float = 10000.0,
    pairing: Pairing = "interleaved",
    scaling: RotaryScaling | None = None,
) -> tuple[np.ndarray, RotarySaved]:
    """x (..., T, D), positions broadcasting to (..., T) -> out (..., T, D), counter-clockwise.

    Pair i turns by position · base^(−2i/D). pairing="interleaved" pairs features (2i, 2i+1), as the
    paper does; "half" pairs (i, i + D/2), as GPT-NeoX and LLaMA checkpoints do. D must be even.
    `scaling` slows some of the pairs, to read longer than was trained.
    """
    (x,) = floats(x=x)
    positions, base = check_rotary_inputs(x, positions, base, pairing)
    frequencies, amplitude = rotary_frequencies(x.shape[-1], base, scaling)  # (D/2,)
    angles = positions[..., None] * frequencies  # (..., T, D/2), float64 for exact far positions
    cos, sin = np.cos(angles) * amplitude, np.sin(angles) * amplitude
    saved = RotarySaved(cos.astype(x.dtype), sin.astype(x.dtype), pairing, x.shape)
    return _turn(x, saved.cos, saved.sin, pairing), saved


def rotary_backward(dout: np.ndarray, saved: RotarySaved) -> np.ndarray:
    """dout (..., T, D) -> dx (..., T, D)."""
    cos, sin, pairing, shape = saved
    dout = upstream(dout, shape, cos.dtype)
    return _turn(dout, cos, -sin, pairing)


def _turn(x: np.ndarray, cos: np.ndarray, sin: np.ndarray, pairing: Pairing) -> np.ndarray:
    half = x.shape[-1] // 2
    if pairing == "interleaved":
        first, second = slice(0, None, 2), slice(1, None, 2)
    else:
        first, second = slice(0, half), slice(half, None)
    a, b = x[..., first], x[..., second]
    out = np.empty_like(x)
    out[..., first] = a * cos - b * sin
    out[..., second] = a * sin + b * cos
    return out


def check_rotary_inputs(
    x: np.ndarray, positions: Any, base: float, pairing: str
) -> tuple[np.ndarray, float]:
    """-> positions as an array, base as a Python number."""
    at_least_dims("x", x, 2, "(..., T, D)")
    if x.shape[-1] % 2:
        raise ValueError(f"x must have an even width to be turned in pairs, got shape {x.shape}")
    if pairing not in ("interleaved", "half"):
        raise ValueError(f'pairing must be "interleaved" or "half", got {pairing!r}')
    positions = unmasked("positions", positions)
    try:
        fits = np.broadcast_shapes(positions.shape, x.shape[:-1]) == x.shape[:-1]
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"positions must broadcast to {x.shape[:-1]}, got {positions.shape}")
    return positions, in_range("base", base, 0, math.inf, "()")
