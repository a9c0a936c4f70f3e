"""MLP: widen, bend, narrow. The part of a block in which each position thinks alone."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..fast.decode import gelu
from ..fast.gelu import FastGeluSaved, gelu_backward, gelu_forward
from ..ops import activations
from ..ops.linear import LinearSaved
from .layer import Layer
from .linear import Linear


def _gelu_forward(hidden: np.ndarray, **options: Any) -> tuple[np.ndarray, Any]:
    return gelu_forward(hidden, into=hidden, **options)  # nobody else holds it


def _gelu_backward(dbent: np.ndarray, saved: Any) -> np.ndarray:
    return gelu_backward(dbent, saved, into=dbent)


ACTIVATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "relu": (activations.relu_forward, activations.relu_backward),
    "gelu": (_gelu_forward, _gelu_backward),
    "gelu_tanh": (partial(_gelu_forward, approximate="tanh"), _gelu_backward),
    "silu": (activations.silu_forward, activations.silu_backward),
}


class MLPSaved(NamedTuple):
    linear1: LinearSaved
    activation: activations.ReluSaved | FastGeluSaved | activations.SiluSaved
    linear2: LinearSaved


class MLP(Layer):
    """linear2(activation(linear1(x))). Vaswani et al. 2017, equation 2.

    `activation`: "relu", "gelu", "gelu_tanh" or "silu".
    """

    def __init__(
        self,
        embed_dim: int,
        hidden_dim: int | None = None,
        *,
        activation: str = "gelu",
        bias: bool = True,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}"
            )
        rng = np.random.default_rng(rng)
        hidden_dim = 4 * embed_dim if hidden_dim is None else hidden_dim
        self.activation = activation
        self.linear1 = Linear(embed_dim, hidden_dim, bias, rng=rng, dtype=dtype)
        self.linear2 = Linear(hidden_dim, embed_dim, bias, rng=rng, dtype=dtype)

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, MLPSaved]:
        """x (..., E) -> out (..., E)."""
        hidden, saved1 = self.linear1.forward(x)  # (..., F)
        bent, saved_activation = ACTIVATIONS[self.activation][0](hidden)
        out, saved2 = self.linear2.forward(bent)
        return out, MLPSaved(saved1, saved_activation, saved2)

    def infer(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing checked or saved."""
        hidden = self.linear1.infer(x)
        if self.activation == "gelu":
            return self.linear2.infer(gelu(hidden))
        return self.linear2.infer(ACTIVATIONS[self.activation][0](hidden)[0])

    def backward(self, dout: np.ndarray, saved: MLPSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        dbent = self.linear2.backward(dout, saved.linear2)  # (..., F)
        dhidden = ACTIVATIONS[self.activation][1](dbent, saved.activation)
        return self.linear1.backward(dhidden, saved.linear1)
