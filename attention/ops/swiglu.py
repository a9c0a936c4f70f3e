"""SwiGLU: one linear map of x, bent by SiLU, gates another. Shazeer 2020, equation 5.

With s = gate σ(gate):  out = s up,  dup = dout s,  dgate = dout up σ (1 + gate (1 − σ)).
"""

from typing import NamedTuple

import numpy as np

from .activations import SiluSaved, silu_backward, silu_forward
from .checks import expect_shape, floats, underflow_is_zero, upstream


class SwigluSaved(NamedTuple):
    up: np.ndarray  # (..., F)
    bent: np.ndarray  # (..., F), SiLU of the gate
    silu: SiluSaved


@underflow_is_zero
def swiglu_forward(gate: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, SwigluSaved]:
    """gate, up (..., F) -> SiLU(gate) · up (..., F)."""
    gate, up = floats(gate=gate, up=up)
    expect_shape("up", up, gate.shape, fit=("gate", gate))
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
