"""AttentionPool: a sequence to one vector, each position weighed by a learned query."""

from typing import Any

import numpy as np

from ..fast.attention import AnySaved, attention_backward, attention_forward
from ..ops.checks import expect_shape, floats, unmasked
from .layer import Layer
from .parameter import Parameter


class AttentionPool(Layer):
    """query (1, E): weights = softmax(x · query / √E) over the visible positions.

    The input is both keys and values, so its gradient is the sum of the two.
    """

    def __init__(self, embed_dim: int, *, rng: Any = None, dtype: Any = np.float32) -> None:
        rng = np.random.default_rng(rng)
        self.query = Parameter(rng.normal(0, 1, (1, embed_dim)).astype(dtype), decay=False)

    def forward(self, x: np.ndarray, mask: np.ndarray | None = None) -> tuple[np.ndarray, AnySaved]:
        """x (B, T, E), mask (B, T) bool, True = counts -> out (B, E), zeros if none counts."""
        (x,) = floats(x=x)
        if x.ndim != 3:
            raise ValueError(f"x must have shape (B, T, E), got {x.shape}")
        B, T, E = x.shape
        q = np.broadcast_to(self.query.data, (B, 1, 1, E))
        if mask is not None:
            mask = unmasked("mask", mask)
            expect_shape("mask", mask, (B, T), fit=("x", x))
            mask = mask[:, None, None, :]  # (B, 1, 1, T)
        out, saved = attention_forward(q, x[:, None], x[:, None], mask)
        return out.reshape(B, E), saved

    def backward(self, dout: np.ndarray, saved: AnySaved) -> np.ndarray:
        """dout (B, E) -> dx (B, T, E)."""
        dq, dk, dv = attention_backward(dout[:, None, None], saved)
        self.query.accumulate(dq.sum((0, 1)))
        return (dk + dv)[:, 0]
