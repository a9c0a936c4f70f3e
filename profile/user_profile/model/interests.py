"""The profile proper: one query an interest category, asking a customer's states how high it is."""

from typing import Any, NamedTuple

import numpy as np

from attention import Decoder, Layer, Linear, Parameter

LEVELS = ("low", "medium", "high")


class InterestSaved(NamedTuple):
    evidence: Any
    decoder: Any
    level: Any

    @property
    def weights(self) -> np.ndarray:
        """Cross-attention of the last block, (q, H, C, 1 + T): where each category looked."""
        return self.decoder.blocks[-1].weights


class InterestDecoder(Layer):
    """Category queries attend to each other and to the states: (q, C) interests in LEVELS."""

    def __init__(
        self,
        num_categories: int,
        evidence_dim: int,
        num_layers: int,
        embed_dim: int,
        num_heads: int,
        *,
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.query = Parameter(rng.normal(0, 0.5, (num_categories, embed_dim)).astype(dtype))
        self.evidence = Linear(evidence_dim, embed_dim, rng=rng, dtype=dtype)
        self.decoder = Decoder(
            num_layers,
            embed_dim,
            num_heads,
            2 * embed_dim,
            activation="relu",
            dropout=dropout,
            rng=rng,
            dtype=dtype,
        )
        self.level = Linear(embed_dim, len(LEVELS), rng=rng, dtype=dtype)

    def forward(
        self, evidence: np.ndarray, memory: np.ndarray, visible: np.ndarray, *, rng: Any = None
    ) -> tuple[np.ndarray, InterestSaved]:
        """evidence (q, C, K), memory (q, S, E), visible (q, S) bool -> logits (q, C, 3)."""
        hint, saved_evidence = self.evidence.forward(evidence)
        x, saved_decoder = self.decoder.forward(
            self.query.data + hint, memory, memory_mask=visible[:, None, None], rng=rng
        )
        logits, saved_level = self.level.forward(x)
        return logits, InterestSaved(saved_evidence, saved_decoder, saved_level)

    def backward(self, dlogits: np.ndarray, saved: InterestSaved) -> np.ndarray:
        """dlogits (q, C, 3) -> dmemory (q, S, E)."""
        dx = self.level.backward(dlogits, saved.level)
        dx, dmemory = self.decoder.backward(dx, saved.decoder)
        self.query.accumulate(dx.sum(0))
        self.evidence.backward(dx, saved.evidence)
        return dmemory
