"""Linear: the affine map x @ weight + bias, as a layer."""

import math
from typing import Any

import numpy as np

from ..ops.linear import LinearSaved, flat, linear_backward, linear_forward
from .layer import Layer
from .parameter import Parameter


class Linear(Layer):
    """weight (in_features, out_features), bias (out_features,); `torch.nn.Linear` transposed.

    Weights start uniform in ±1/√in_features, biases at zero.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        bound = 1 / math.sqrt(max(in_features, 1))
        self.weight = Parameter(
            rng.uniform(-bound, bound, (in_features, out_features)).astype(dtype)
        )
        self.bias = Parameter(np.zeros(out_features, dtype)) if bias else None

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, LinearSaved]:
        """x (..., in_features) -> out (..., out_features)."""
        return linear_forward(x, self.weight.data, None if self.bias is None else self.bias.data)

    def backward(self, dout: np.ndarray, saved: LinearSaved) -> np.ndarray:
        """dout (..., out_features) -> dx (..., in_features)."""
        whole = self.weight.claim_gradient()
        dx, dweight, dbias = linear_backward(dout, saved, whole)
        if whole is None:
            self.weight.accumulate(dweight)
        if self.bias is not None and dbias is not None:
            self.bias.accumulate(dbias)
        return dx

    def infer(self, x: np.ndarray) -> np.ndarray:
        """Inference: as forward, nothing checked or saved."""
        out = flat(x) @ self.weight.data
        if self.bias is not None:
            out += self.bias.data
        return out.reshape(*x.shape[:-1], out.shape[-1])
