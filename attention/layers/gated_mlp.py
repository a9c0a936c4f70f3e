"""GatedMLP: two maps of x side by side, the one gating the other, then back to the width of x."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..ops.gated import (
    GegluSaved,
    SwigluSaved,
    geglu_backward,
    geglu_forward,
    swiglu_backward,
    swiglu_forward,
)
from ..ops.linear import LinearSaved
from .layer import Layer
from .linear import Linear
from .mlp import ACTIVATIONS, MLP

GATES: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "swiglu": (swiglu_forward, swiglu_backward),
    "geglu": (geglu_forward, geglu_backward),
    "geglu_tanh": (partial(geglu_forward, approximate="tanh"), geglu_backward),
}


class GatedMLPSaved(NamedTuple):
    linear1: LinearSaved
    gated: SwigluSaved | GegluSaved
    linear2: LinearSaved


class GatedMLP(Layer):
    """linear2(b(gate) · up), where linear1 (E, 2F) makes gate and up. Shazeer 2020, equation 6.

    `activation`, which names the bend b: "swiglu", "geglu" or "geglu_tanh".
    """

    def __init__(
        self,
        embed_dim: int,
        hidden_dim: int | None = None,
        *,
        activation: str = "swiglu",
        bias: bool = True,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        if activation not in GATES:
            raise ValueError(f"activation must be one of {', '.join(GATES)}, got {activation!r}")
        rng = np.random.default_rng(rng)
        hidden_dim = 4 * embed_dim if hidden_dim is None else hidden_dim
        self.activation = activation
        self.linear1 = Linear(embed_dim, 2 * hidden_dim, bias, rng=rng, dtype=dtype)
        self.linear2 = Linear(hidden_dim, embed_dim, bias, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, GatedMLPSaved]:
        """x (..., E) -> out (..., E)."""
        hidden, saved1 = self.linear1.forward(x)  # (..., 2F)
        gate, up = np.split(hidden, 2, axis=-1)
        gated, saved_gated = GATES[self.activation][0](gate, up)
        out, saved2 = self.linear2.forward(gated)
        return out, GatedMLPSaved(saved1, saved_gated, saved2)

    def backward(self, dout: np.ndarray, saved: GatedMLPSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        dgated = self.linear2.backward(dout, saved.linear2)  # (..., F)
        both = GATES[self.activation][1](dgated, saved.gated)
        dhidden = np.concatenate(both, axis=-1)  # (..., 2F)
        return self.linear1.backward(dhidden, saved.linear1)

    def infer(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing saved."""
        gate, up = np.split(self.linear1.infer(x), 2, axis=-1)
        return self.linear2.infer(GATES[self.activation][0](gate, up)[0])


def any_mlp(embed_dim: int, hidden_dim: int | None, activation: str, **how: Any) -> MLP | GatedMLP:
    """The one or the other, by its activation. Raises ValueError for a name that neither has."""
    if activation in GATES:
        return GatedMLP(embed_dim, hidden_dim, activation=activation, **how)
    if activation not in ACTIVATIONS:
        names = ", ".join((*ACTIVATIONS, *GATES))
        raise ValueError(f"activation must be one of {names}, got {activation!r}")
    return MLP(embed_dim, hidden_dim, activation=activation, **how)
