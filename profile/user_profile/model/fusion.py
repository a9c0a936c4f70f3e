"""A gate that lets side information into a state: as much as the two together call for."""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer, Linear
from attention.ops import LinearSaved, sigmoid


class FusionSaved(NamedTuple):
    gate_in: LinearSaved
    gate: np.ndarray  # (..., E), in (0, 1)
    value_in: LinearSaved
    value: np.ndarray  # (..., E)
    width: int


class GatedFusion(Layer):
    """out = x + gate ⊙ value, gate = σ([x, side] W + b), value = side V.

    Arevalo et al. 2017, "Gated multimodal units", with the state kept on a residual path.
    """

    def __init__(
        self, embed_dim: int, side_dim: int, *, rng: Any = None, dtype: Any = np.float32
    ) -> None:
        rng = np.random.default_rng(rng)
        self.gate = Linear(embed_dim + side_dim, embed_dim, rng=rng, dtype=dtype)
        self.value = Linear(side_dim, embed_dim, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, FusionSaved]:
        """x (..., E), side (..., K) -> out (..., E)."""
        logit, saved_gate = self.gate.forward(np.concatenate([x, side], axis=-1))
        gate = sigmoid(logit)
        value, saved_value = self.value.forward(side)
        return x + gate * value, FusionSaved(saved_gate, gate, saved_value, value, x.shape[-1])

    def backward(self, dout: np.ndarray, saved: FusionSaved) -> tuple[np.ndarray, np.ndarray]:
        """dout (..., E) -> dx (..., E), dside (..., K)."""
        gate = saved.gate
        dside = self.value.backward(dout * gate, saved.value_in)
        dboth = self.gate.backward(dout * saved.value * gate * (1 - gate), saved.gate_in)
        return dout + dboth[..., : saved.width], dside + dboth[..., saved.width :]
