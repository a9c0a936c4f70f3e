"""A session as one vector: its behaviours attend to each other, then a learned query pools them."""

from typing import Any, NamedTuple

import numpy as np

from attention import AttentionPool, Encoder, Layer
from attention.fast.attention import AnySaved
from attention.layers.stack import StackSaved

from ..features.batch import Group


class SessionSaved(NamedTuple):
    groups: list[Group]
    encoder: list[StackSaved]  # of each group
    pool: list[AnySaved]
    rows: int  # n


class SessionEncoder(Layer):
    """Self-attention within each session, no session seeing another; then attention pooling."""

    def __init__(
        self,
        num_layers: int,
        embed_dim: int,
        num_heads: int,
        *,
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        sizes, how = (embed_dim, num_heads, 2 * embed_dim), {"rng": rng, "dtype": dtype}
        self.encoder = Encoder(num_layers, *sizes, activation="relu", dropout=dropout, **how)
        self.pool = AttentionPool(embed_dim, **how)

    def forward(
        self, x: np.ndarray, groups: list[Group], *, rng: Any = None
    ) -> tuple[np.ndarray, SessionSaved]:
        """x (n, E), behaviours of all sessions -> out (s, E)."""
        sessions = sum(len(group.sequences) for group in groups)
        out = np.zeros((sessions, x.shape[1]), x.dtype)
        saved_encoder, saved_pool = [], []
        for sequences, rows, real in groups:
            padded = x[rows]  # (b, T, E)
            mask = real[:, None, None]
            encoded, group_encoder = self.encoder.forward(padded, attn_mask=mask, rng=rng)
            out[sequences], group_pool = self.pool.forward(encoded, real)
            saved_encoder.append(group_encoder)
            saved_pool.append(group_pool)
        return out, SessionSaved(groups, saved_encoder, saved_pool, len(x))

    def backward(self, dout: np.ndarray, saved: SessionSaved) -> np.ndarray:
        """dout (s, E) -> dx (n, E)."""
        dx = np.zeros((saved.rows, dout.shape[1]), dout.dtype)
        for (sequences, rows, real), group_encoder, group_pool in zip(
            saved.groups, saved.encoder, saved.pool, strict=True
        ):
            dencoded = self.pool.backward(dout[sequences], group_pool)
            dpadded = self.encoder.backward(dencoded, group_encoder)
            dx[rows[real]] = dpadded[real]  # a behaviour stands in one place of one group
        return dx
