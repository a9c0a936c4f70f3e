"""Rotary positions, tuned: a pair of neighbours is a complex number, and a turn one product.

Why it is faster: features (2i, 2i+1) lie in memory as a complex number does, so one pass of
x · e^{i angle} replaces six over every second number. Few tables of angles serve many calls: they
are kept.
"""

import functools
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..ops.checks import floats, upstream
from ..ops.rotary import Pairing, RotarySaved, check_rotary_inputs, rotary_frequencies
from ..ops.rotary_scaling import RotaryScaling

COMPLEX = {np.dtype(np.float32): np.complex64, np.dtype(np.float64): np.complex128}


class FastRotarySaved(NamedTuple):
    turn: np.ndarray  # e^{i angle}, broadcasts to (..., T, D/2)
    shape: tuple[int, ...]


AnyRotarySaved = FastRotarySaved | RotarySaved  # the plain pair's, for halves and complex numbers


def rotary_forward(
    x: np.ndarray,
    positions: Any,
    *,
    base: float = 10000.0,
    pairing: Pairing = "interleaved",
    scaling: RotaryScaling | None = None,
) -> tuple[np.ndarray, AnyRotarySaved]:
    """x (..., T, D) -> out (..., T, D), as `ops.rotary_forward`."""
    (x,) = floats(x=x)
    positions, base = check_rotary_inputs(x, positions, base, pairing)
    if pairing != "interleaved" or x.dtype not in COMPLEX:
        return ops.rotary_forward(x, positions, base=base, pairing=pairing, scaling=scaling)
    key = positions.tobytes(), positions.shape, positions.dtype.str
    turn = _turns(*key, x.shape[-1], base, scaling, COMPLEX[x.dtype])
    return _turned(x, turn), FastRotarySaved(turn, x.shape)


def rotary_backward(dout: np.ndarray, saved: AnyRotarySaved) -> np.ndarray:
    """dout (..., T, D) -> dx (..., T, D), the turn back."""
    if isinstance(saved, RotarySaved):
        return ops.rotary_backward(dout, saved)
    turn, shape = saved
    return _turned(upstream(dout, shape, turn.real.dtype), turn.conj())


@functools.lru_cache(maxsize=32)
def _turns(
    positions: bytes,
    shape: tuple[int, ...],
    dtype: str,
    D: int,
    base: float,
    scaling: RotaryScaling | None,
    to: type,
) -> np.ndarray:
    """(..., T, D/2); angles in float64, for exact far positions."""
    at = np.frombuffer(positions, dtype).reshape(shape)
    frequencies, amplitude = rotary_frequencies(D, base, scaling)
    turn = (amplitude * np.exp(1j * (at[..., None] * frequencies))).astype(to)
    turn.flags.writeable = False  # shared by all who ask
    return turn


def _turned(x: np.ndarray, turn: np.ndarray) -> np.ndarray:
    if x.strides[-1] != x.itemsize:
        x = np.ascontiguousarray(x)
    return (x.view(turn.dtype) * turn).view(x.dtype)
