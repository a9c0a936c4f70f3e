"""A customer's states: after each session, what all sessions so far amount to.

State k follows the first k sessions; state 0, of a customer nothing is known of, is learned.
"""

from typing import Any, NamedTuple

import numpy as np

from attention import Embedding, Encoder, KVCache, Layer, Parameter
from attention.layers.stack import StackSaved
from attention.ops import EmbeddingSaved

from .fusion import FusionSaved, GatedFusion


class CustomerSaved(NamedTuple):
    sequence: np.ndarray  # (u, T)
    real: np.ndarray  # (u, T)
    encoder: StackSaved
    sessions: int  # s
    side: list[EmbeddingSaved]
    fusion: FusionSaved | None


class CustomerEncoder(Layer):
    """Causal self-attention over session vectors; positions by rotation, so of any length."""

    def __init__(
        self,
        num_layers: int,
        embed_dim: int,
        num_heads: int,
        *,
        side_sizes: tuple[int, ...] = (),
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.start = Parameter(rng.normal(0, 0.1, embed_dim).astype(dtype), decay=False)
        sizes, how = (embed_dim, num_heads, 2 * embed_dim), {"rng": rng, "dtype": dtype}
        self.encoder = Encoder(
            num_layers, *sizes, activation="relu", dropout=dropout, rotary="half", **how
        )
        side_dim = 8
        self.side = [Embedding(size, side_dim, std=0.1, **how) for size in side_sizes]
        width = side_dim * len(side_sizes)
        self.fusion = GatedFusion(embed_dim, width, **how) if side_sizes else None

    def forward(
        self,
        sessions: np.ndarray,
        sequence: np.ndarray,
        real: np.ndarray,
        side: np.ndarray,
        *,
        rng: Any = None,
    ) -> tuple[np.ndarray, CustomerSaved]:
        """sessions (s, E), their places (u, T), side codes (u, J) -> states (u, 1 + T, E)."""
        (U, T), E = sequence.shape, sessions.shape[1]
        x = np.empty((U, 1 + T, E), sessions.dtype)
        x[:, 0] = self.start.data
        x[:, 1:] = sessions[sequence] if len(sessions) else 0
        x[:, 1:][~real] = 0
        states, saved_encoder = self.encoder.forward(x, is_causal=True, rng=rng)
        states, saved_side, saved_fusion = self._fuse(states, side)
        saved = CustomerSaved(
            sequence, real, saved_encoder, len(sessions), saved_side, saved_fusion
        )
        return states, saved

    def infer(self, sessions: np.ndarray, caches: list[KVCache], side: np.ndarray) -> np.ndarray:
        """Inference: the next sessions (T, E) of one customer -> their states (1, T, E).

        Empty caches begin with the start, whose state then comes first: (1, 1 + T, E).
        """
        if not caches[0].length:
            sessions = np.concatenate([self.start.data[None], sessions])
        return self._fuse(self.encoder.infer(sessions[None], caches), side)[0]

    def _fuse(
        self, states: np.ndarray, side: np.ndarray
    ) -> tuple[np.ndarray, list[EmbeddingSaved], FusionSaved | None]:
        """Side features (u, J) let into states (u, T, E), if there are any."""
        if self.fusion is None:
            return states, [], None
        vectors, saved_side = [], []
        for column, table in enumerate(self.side):
            vector, saved_table = table.forward(side[:, column])
            vectors.append(vector)
            saved_side.append(saved_table)
        together = np.concatenate(vectors, axis=1)[:, None]  # (u, 1, K)
        together = np.broadcast_to(together, (*states.shape[:2], together.shape[2]))
        states, saved_fusion = self.fusion.forward(states, together)
        return states, saved_side, saved_fusion

    def backward(self, dstates: np.ndarray, saved: CustomerSaved) -> np.ndarray:
        """dstates (u, 1 + T, E) -> dsessions (s, E)."""
        if self.fusion is not None and saved.fusion is not None:
            dstates, dtogether = self.fusion.backward(dstates, saved.fusion)
            shares = np.split(dtogether.sum(1), len(self.side), axis=1)
            for table, dvector, saved_table in zip(self.side, shares, saved.side, strict=True):
                table.backward(dvector, saved_table)
        dx = self.encoder.backward(dstates, saved.encoder)
        dsessions = np.zeros((saved.sessions, dx.shape[2]), dx.dtype)
        dsessions[saved.sequence[saved.real]] = dx[:, 1:][saved.real]
        self.start.accumulate(dx[:, 0].sum(0))
        return dsessions
