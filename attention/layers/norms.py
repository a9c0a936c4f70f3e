"""LayerNorm and RMSNorm, as layers."""

from typing import Any

import numpy as np

from ..fast.decode import layer_norm
from ..fast.layer_norm import FastLayerNormSaved, layer_norm_backward, layer_norm_forward
from ..ops.rms_norm import RMSNormSaved, rms_norm_backward, rms_norm_forward
from .layer import Layer
from .parameter import Parameter


class LayerNorm(Layer):
    """gain (E,) from ones, bias (E,) from zeros."""

    def __init__(self, embed_dim: int, eps: float = 1e-5, *, dtype: Any = np.float32) -> None:
        self.gain = Parameter(np.ones(embed_dim, dtype))
        self.bias = Parameter(np.zeros(embed_dim, dtype))
        self.eps = eps

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, FastLayerNormSaved]:
        """x (..., E) -> out (..., E)."""
        return layer_norm_forward(x, self.gain.data, self.bias.data, self.eps)

    def infer(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing checked or saved."""
        return layer_norm(x, self.gain.data, self.bias.data, self.eps)

    def backward(self, dout: np.ndarray, saved: FastLayerNormSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        dx, dgain, dbias = layer_norm_backward(dout, saved)
        self.gain.accumulate(dgain)
        self.bias.accumulate(dbias)
        return dx


class RMSNorm(Layer):
    """gain (E,) from ones."""

    def __init__(self, embed_dim: int, eps: float = 1e-5, *, dtype: Any = np.float32) -> None:
        self.gain = Parameter(np.ones(embed_dim, dtype))
        self.eps = eps

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, RMSNormSaved]:
        """x (..., E) -> out (..., E)."""
        return rms_norm_forward(x, self.gain.data, self.eps)

    def infer(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing saved."""
        return self.forward(x)[0]

    def backward(self, dout: np.ndarray, saved: RMSNormSaved) -> np.ndarray:
        """dout (..., E) -> dx (..., E)."""
        dx, dgain = rms_norm_backward(dout, saved)
        self.gain.accumulate(dgain)
        return dx


NORMS: dict[str, type[LayerNorm] | type[RMSNorm]] = {"layer": LayerNorm, "rms": RMSNorm}
