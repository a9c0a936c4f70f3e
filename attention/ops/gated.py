"""SwiGLU and GEGLU: one linear map of x, bent, gates another. Shazeer 2020, equation 5.

(arXiv:2002.05202.) With the bend b, SiLU or GELU:

    out = b(gate) · up,   dup = dout · b(gate),   dgate = dout · up · b′(gate)
"""

from typing import Literal, NamedTuple

import numpy as np

from .activations import (
    GeluSaved,
    SiluSaved,
    gelu_backward,
    gelu_forward,
    silu_backward,
    silu_forward,
)
from .checks import expect_shape, floats, underflow_is_zero, upstream


class SwigluSaved(NamedTuple):
    up: np.ndarray  # (..., F)
    bent: np.ndarray  # (..., F), SiLU of the gate
    silu: SiluSaved


class GegluSaved(NamedTuple):
    up: np.ndarray  # (..., F)
    bent: np.ndarray  # (..., F), GELU of the gate
    gelu: GeluSaved


@underflow_is_zero
def swiglu_forward(gate: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, SwigluSaved]:
    """gate, up (..., F) -> SiLU(gate) · up (..., F)."""
    gate, up = _alike(gate, up)
    bent, silu = silu_forward(gate)
    return bent * up, SwigluSaved(up, bent, silu)


@underflow_is_zero
def swiglu_backward(dout: np.ndarray, saved: SwigluSaved) -> tuple[np.ndarray, np.ndarray]:
    """dout (..., F) -> dgate, dup (..., F)."""
    up, bent, silu = saved
    dout = upstream(dout, bent.shape, bent.dtype)
    dup = dout * bent
    dgate = silu_backward(dout * up, silu)
    return dgate, dup


@underflow_is_zero
def geglu_forward(
    gate: np.ndarray, up: np.ndarray, approximate: Literal["none", "tanh"] = "none"
) -> tuple[np.ndarray, GegluSaved]:
    """gate, up (..., F) -> GELU(gate) · up (..., F); `approximate` as in `gelu_forward`."""
    gate, up = _alike(gate, up)
    bent, gelu = gelu_forward(gate, approximate)
    return bent * up, GegluSaved(up, bent, gelu)


@underflow_is_zero
def geglu_backward(dout: np.ndarray, saved: GegluSaved) -> tuple[np.ndarray, np.ndarray]:
    """dout (..., F) -> dgate, dup (..., F)."""
    up, bent, gelu = saved
    dout = upstream(dout, bent.shape, bent.dtype)
    dup = dout * bent
    dgate = gelu_backward(dout * up, gelu)
    return dgate, dup


def _alike(gate: np.ndarray, up: np.ndarray) -> list[np.ndarray]:
    gate, up = floats(gate=gate, up=up)
    expect_shape("up", up, gate.shape, fit=("gate", gate))
    return [gate, up]
