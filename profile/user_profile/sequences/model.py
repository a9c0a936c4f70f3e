"""A causal transformer that reads a row of items and, at every step, expects the next one.

Kang and McAuley 2018 (SASRec), with what has been found to pay since: pre-norm blocks, a softmax
over all items instead of one negative each (Klenitskiy and Vasilev 2023), and a first position
that stands for the user, so that the first item is predicted too and a user without any is served.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from attention.layers import Embedding, Encoder, Layer, Parameter
from attention.layers.stack import StackSaved
from attention.ops import dropout_backward, dropout_forward
from attention.ops.dropout import DropoutSaved
from attention.ops.embedding import EmbeddingSaved

from .clock import unknown_moments

POSITIONS = ("rotary", "learned")


@dataclass(frozen=True)
class Sizes:
    """What decides the shapes of the parameters."""

    items: int
    features: int = 0  # distinct values of user features
    embed_dim: int = 64
    num_layers: int = 2
    num_heads: int = 2
    hidden_dim: int = 256
    max_length: int = 200  # items read, the latest
    positions: str = "rotary"
    moments: int = 0  # rows of the table of times; 0: order alone


class SequenceSaved(NamedTuple):
    items: EmbeddingSaved
    features: EmbeddingSaved | None
    moments: EmbeddingSaved | None
    dropout: DropoutSaved | None
    encoder: StackSaved


class SequenceModel(Layer):
    """forward(items, features) -> hidden; an item's score is hidden · its row of the table + bias.

    Raises ValueError for sizes that do not fit together.
    """

    def __init__(
        self, sizes: Sizes, *, dropout: float = 0.0, rng: Any = None, dtype: Any = np.float32
    ) -> None:
        if sizes.positions not in POSITIONS:
            raise ValueError(f"positions must be one of {POSITIONS}, not {sizes.positions!r}")
        if sizes.positions == "rotary" and sizes.embed_dim % (2 * sizes.num_heads):
            raise ValueError(
                f"embed_dim must be a multiple of twice num_heads, since rotary positions turn "
                f"pairs, not {sizes.embed_dim} with {sizes.num_heads} heads"
            )
        rng = np.random.default_rng(rng)
        self.sizes, self.dropout = sizes, dropout
        width = sizes.embed_dim
        self.item = Embedding(sizes.items, width, rng=rng, dtype=dtype)
        self.bias = Parameter(np.zeros(sizes.items, dtype))
        self.begin = Parameter(rng.normal(0, 0.02, width).astype(dtype))
        self.feature = (
            Embedding(sizes.features, width, rng=rng, dtype=dtype) if sizes.features else None
        )
        self.moment = (
            Embedding(sizes.moments, width, rng=rng, dtype=dtype) if sizes.moments else None
        )
        self.position: Parameter | None = None
        if sizes.positions == "learned":
            self.position = Parameter(
                rng.normal(0, 0.02, (sizes.max_length + 1, width)).astype(dtype)
            )
        self.encoder = Encoder(
            sizes.num_layers, width, sizes.num_heads, sizes.hidden_dim, dropout=dropout, rng=rng,
            dtype=dtype, rotary="interleaved" if sizes.positions == "rotary" else None,
        )  # fmt: skip
        for block in self.encoder.blocks:
            block.self_attn.dropout = 0.0  # T² random numbers a head: as dear as all the rest

    def forward(
        self,
        items: np.ndarray,
        features: np.ndarray | None = None,
        moments: np.ndarray | None = None,
        *,
        rng: Any = None,
    ) -> tuple[np.ndarray, SequenceSaved]:
        """items (B, T) codes, padded at the right; features (B, K) codes -> hidden (B, T + 1, E).

        hidden[:, t] has read t items. moments (B, T + 1, 2) are codes of when the next item comes
        (`clock.Clock.codes`), by default of nothing known. What stands in the padding reaches none
        before it.
        """
        rng = None if rng is None else np.random.default_rng(rng)
        rows, saved_items = self.item.forward(items)  # (B, T, E)
        batch, length, width = rows.shape
        x = np.empty((batch, length + 1, width), rows.dtype)
        x[:, 0] = self.begin.data
        x[:, 1:] = rows
        saved_features = None
        if self.feature is not None:
            values, saved_features = self.feature.forward(features)  # (B, K, E)
            x[:, 0] += values.sum(axis=1)
        saved_moments = None
        if self.moment is not None:
            moments = unknown_moments(batch, length + 1) if moments is None else moments
            when, saved_moments = self.moment.forward(moments)  # (B, T + 1, 2, E)
            x += when.sum(axis=2)
        x *= math.sqrt(width)
        if self.position is not None:
            x += math.sqrt(width) * self.position.data[: length + 1]
        saved_dropout = None
        if rng is not None and self.dropout:
            x, saved_dropout = dropout_forward(x, self.dropout, rng)
        hidden, saved_encoder = self.encoder.forward(x, is_causal=True, rng=rng)
        saved = (saved_items, saved_features, saved_moments, saved_dropout, saved_encoder)
        return hidden, SequenceSaved(*saved)

    def backward(self, dhidden: np.ndarray, saved: SequenceSaved) -> None:
        """dhidden (B, T + 1, E) -> None: codes have no gradient."""
        dx = self.encoder.backward(dhidden, saved.encoder)
        if saved.dropout is not None:
            dx = dropout_backward(dx, saved.dropout)
        dx = dx * math.sqrt(self.sizes.embed_dim)
        if self.position is not None:
            self.position.accumulate(dx.sum(axis=0), slice(0, dx.shape[1]))
        if self.feature is not None and saved.features is not None:
            shape = (*saved.features.ids.shape, dx.shape[-1])
            self.feature.backward(
                np.ascontiguousarray(np.broadcast_to(dx[:, :1], shape)), saved.features
            )
        if self.moment is not None and saved.moments is not None:
            both = np.broadcast_to(dx[:, :, None], (*saved.moments.ids.shape, dx.shape[-1]))
            self.moment.backward(np.ascontiguousarray(both), saved.moments)
        self.begin.accumulate(dx[:, 0].sum(axis=0))
        self.item.backward(np.ascontiguousarray(dx[:, 1:]), saved.items)

    def read(
        self,
        items: np.ndarray,
        lengths: np.ndarray,
        features: np.ndarray | None = None,
        moments: np.ndarray | None = None,
    ) -> np.ndarray:
        """The state after the last item of each row: items (B, T), lengths (B,) -> (B, E)."""
        hidden, _ = self.forward(items, features, moments)
        return hidden[np.arange(len(items)), lengths]

    def scores(self, state: np.ndarray) -> np.ndarray:
        """state (B, E) -> a score of every item, (B, V); their softmax is the model's belief."""
        return state @ self.item.table.data.T + self.bias.data
