"""A behaviour as a vector: the sum of what it was, in which way, where and when."""

from typing import Any, NamedTuple

import numpy as np

from attention import Embedding, Layer, Linear
from attention.ops import (
    DropoutSaved,
    EmbeddingSaved,
    LinearSaved,
    dropout_backward,
    dropout_forward,
)

from ..features.batch import Behaviours
from .fusion import FusionSaved, GatedFusion


class BehaviourSaved(NamedTuple):
    item: EmbeddingSaved
    fusion: FusionSaved
    embeddings: tuple[EmbeddingSaved, ...]  # of each of FIELDS
    numbers: LinearSaved
    dropout: DropoutSaved | None


class BehaviourEmbedding(Layer):
    """fusion(item, side) + kind + place + gap + numbers. Item `num_items` is "not known"."""

    FIELDS = ("kind", "place", "gap")

    def __init__(
        self,
        num_items: int,
        side_dim: int,
        num_kinds: int,
        embed_dim: int,
        *,
        places: int,
        gaps: int,
        dropout: float = 0.0,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.dropout = dropout

        def table(size: int) -> Embedding:
            return Embedding(size, embed_dim, std=0.1, rng=rng, dtype=dtype)

        self.item = table(num_items + 1)
        self.fusion = GatedFusion(embed_dim, side_dim, rng=rng, dtype=dtype)
        self.kind = table(num_kinds)
        self.place = table(places)
        self.gap = table(gaps)
        self.numbers = Linear(2, embed_dim, rng=rng, dtype=dtype)

    def forward(
        self, behaviours: Behaviours, *, rng: Any = None
    ) -> tuple[np.ndarray, BehaviourSaved]:
        """n behaviours -> out (n, E)."""
        item_vectors, saved_item = self.item.forward(behaviours.item)
        out, saved_fusion = self.fusion.forward(item_vectors, behaviours.side)
        numbers, saved_numbers = self.numbers.forward(behaviours.numbers)
        out += numbers
        saved = []
        for field in self.FIELDS:
            vectors, saved_field = getattr(self, field).forward(getattr(behaviours, field))
            out += vectors
            saved.append(saved_field)
        saved_dropout = None
        if rng is not None and self.dropout:
            out, saved_dropout = dropout_forward(out, self.dropout, rng)
        return out, BehaviourSaved(
            saved_item, saved_fusion, tuple(saved), saved_numbers, saved_dropout
        )

    def backward(self, dout: np.ndarray, saved: BehaviourSaved) -> None:
        """dout (n, E) -> None: codes have no gradient."""
        if saved.dropout is not None:
            dout = dropout_backward(dout, saved.dropout)
        for field, saved_field in zip(self.FIELDS, saved.embeddings, strict=True):
            getattr(self, field).backward(dout, saved_field)
        self.numbers.backward(dout, saved.numbers)
        down, _ = self.fusion.backward(dout, saved.fusion)
        self.item.backward(down, saved.item)
