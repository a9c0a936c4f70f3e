"""Attention to evidence: what each category has to say comes from weighed sessions.

The decoder's states are mixtures, and a mixture cannot be traced. Here the values are plain counts
of what a session held of the category, so the weights are what the answer rests on.
"""

from typing import Any, NamedTuple

import numpy as np

from attention import Layer, Linear
from attention.ops import (
    AttentionSaved,
    LinearSaved,
    attention_backward,
    attention_forward,
    merge_heads,
    split_heads,
)


class EvidenceSaved(NamedTuple):
    query: LinearSaved
    key: LinearSaved
    attention: AttentionSaved
    width: int  # E

    @property
    def weights(self) -> np.ndarray:
        """(q, H, C, S): the sessions each category was read from."""
        return self.attention.weights


class EvidenceAttention(Layer):
    """For each category, its own counts in all sessions, averaged by learned attention."""

    def __init__(
        self,
        embed_dim: int,
        age_dim: int,
        *,
        num_heads: int = 4,
        head_dim: int = 8,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.num_heads = num_heads
        width = num_heads * head_dim
        self.query = Linear(embed_dim, width, rng=rng, dtype=dtype)
        self.query.bias.data[...] = rng.normal(0, 1, width)  # type: ignore[union-attr]
        self.key = Linear(embed_dim + age_dim, width, rng=rng, dtype=dtype)

    def forward(
        self,
        x: np.ndarray,
        memory: np.ndarray,
        age: np.ndarray,
        held: np.ndarray,
        visible: np.ndarray,
    ) -> tuple[np.ndarray, EvidenceSaved]:
        """x (q, C, E), memory (q, S, E), age (q, S, A), held (q, S, C, K), visible (q, S) bool
        -> out (q, C, H·K)."""
        Q, S, C, K = held.shape
        query, saved_query = self.query.forward(x)
        key, saved_key = self.key.forward(np.concatenate([memory, age], axis=2))
        q, k = split_heads(query, self.num_heads), split_heads(key, self.num_heads)
        v = np.broadcast_to(held.reshape(Q, 1, S, C * K), (Q, self.num_heads, S, C * K))
        read, saved = attention_forward(q, k, v, visible[:, None, None])  # (q, H, C, C·K)
        category = np.arange(C)
        read = read.reshape(Q, self.num_heads, C, C, K)[:, :, category, category]  # (q, H, C, K)
        return merge_heads(read), EvidenceSaved(saved_query, saved_key, saved, x.shape[2])

    def backward(self, dout: np.ndarray, saved: EvidenceSaved) -> tuple[np.ndarray, np.ndarray]:
        """dout (q, C, H·K) -> dx (q, C, E), dmemory (q, S, E)."""
        down = split_heads(dout, self.num_heads)  # (q, H, C, K)
        Q, H, C, K = down.shape
        category = np.arange(C)
        dread = np.zeros((Q, H, C, C, K), dout.dtype)
        dread[:, :, category, category] = down
        dq, dk, _ = attention_backward(dread.reshape(Q, H, C, C * K), saved.attention)
        dx = self.query.backward(merge_heads(dq), saved.query)
        dboth = self.key.backward(merge_heads(dk), saved.key)
        return dx, dboth[..., : saved.width]
