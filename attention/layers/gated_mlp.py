"""GatedMLP: two maps of x side by side, the one gating the other, then back to the width of x."""

from typing import Any, NamedTuple

import numpy as np

from ..ops.linear import LinearSaved
from ..ops.swiglu import SwigluSaved, swiglu_backward, swiglu_forward
from .layer import Layer
from .linear import Linear


class GatedMLPSaved(NamedTuple):
    linear1: LinearSaved
    gated: SwigluSaved
    linear2: LinearSaved


class GatedMLP(Layer):
    """linear2(SiLU(gate) · up), where linear1 (E, 2F) makes gate and up. Shazeer 2020."""

    def __init__(
        self,
        embed_dim: int,
        hidden_dim: int | None = None,
        *,
        bias: bool = True,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        hidden_dim = 4 * embed_dim if hidden_dim is None else hidden_dim
        self.linear1 = Linear(embed_dim, 2 * hidden_dim, bias, rng=rng, dtype=dtype)
        self.linear2 = Linear(hidden_dim, embed_dim, bias, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, GatedMLPSaved]:
        """x (..., E) -> out (..., E)."""
        hidden, saved1 = self.linear1.forward(x)  # (..., 2F)
        gate, up = np.split(hidden, 2, axis=-1)
        gated, saved_gated = swiglu_forward(gate, up)
        out, saved2 = self.linear2.forward(gated)
        return out, GatedMLPSaved(saved1, saved_gated, saved2)

    def backward(self, dout: np.ndarray, saved: GatedMLPSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        dgated = self.linear2.backward(dout, saved.linear2)  # (..., F)
        dhidden = np.concatenate(swiglu_backward(dgated, saved.gated), axis=-1)  # (..., 2F)
        return self.linear1.backward(dhidden, saved.linear1)

    def step(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing saved."""
        gate, up = np.split(self.linear1.step(x), 2, axis=-1)
        return self.linear2.step(swiglu_forward(gate, up)[0])
