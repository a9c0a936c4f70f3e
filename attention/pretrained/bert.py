"""Bert: the network of a BERT-type encoder, of the layers of this library.

Devlin et al. 2018, arXiv:1810.04805. Same arithmetic as `attention.layers`, other people's weights:
post-norm blocks, exact GELU, learned positions. What comes out is also the strongest test that
the layers are right.
"""

from typing import Any, NamedTuple

import numpy as np

from ..fast.layer_norm import FastLayerNormSaved
from ..layers import Embedding, Encoder, Layer, LayerNorm
from ..layers.stack import StackSaved
from ..ops.embedding import EmbeddingSaved
from ..ops.masks import padding_mask


class BertSaved(NamedTuple):
    words: EmbeddingSaved
    positions: EmbeddingSaved
    segments: EmbeddingSaved
    norm: FastLayerNormSaved
    encoder: StackSaved

    @property
    def weights(self) -> list[np.ndarray]:
        """(B, H, T, T) of each layer."""
        return self.encoder.weights


class Bert(Layer):
    """Word, position and segment embeddings, a norm, and post-norm encoder blocks."""

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        num_layers: int,
        num_heads: int,
        hidden_dim: int,
        *,
        max_length: int = 512,
        num_segments: int = 2,
        activation: str = "gelu",
        eps: float = 1e-12,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.max_length = max_length
        self.words = Embedding(vocab_size, embed_dim, rng=rng, dtype=dtype)
        self.positions = Embedding(max_length, embed_dim, rng=rng, dtype=dtype)
        self.segments = Embedding(num_segments, embed_dim, rng=rng, dtype=dtype)
        self.norm = LayerNorm(embed_dim, eps, dtype=dtype)
        self.encoder = Encoder(
            num_layers,
            embed_dim,
            num_heads,
            hidden_dim,
            norm_first=False,
            activation=activation,
            eps=eps,
            rng=rng,
            dtype=dtype,
        )

    def forward(
        self, ids: np.ndarray, lengths: np.ndarray | None = None, segments: np.ndarray | None = None
    ) -> tuple[np.ndarray, BertSaved]:
        """ids (B, T), of which row b has ``lengths[b]`` real tokens -> out (B, T, E).

        ``segments`` (B, T) are 0 for the first sentence, 1 for the second; all 0 by default.
        Raises ValueError for more tokens than there are positions.
        """
        ids = np.asarray(ids)
        if ids.ndim != 2 or ids.shape[1] > self.max_length:
            raise ValueError(
                f"ids has shape {ids.shape}; expected (B, T), T at most {self.max_length}."
            )
        T = ids.shape[1]
        segments = np.zeros_like(ids) if segments is None else segments
        mask = None if lengths is None else padding_mask(lengths, T)  # (B, 1, 1, T)
        words, saved_words = self.words.forward(ids)  # (B, T, E)
        positions, saved_positions = self.positions.forward(np.arange(T))  # (T, E)
        kinds, saved_segments = self.segments.forward(segments)  # (B, T, E)
        x, saved_norm = self.norm.forward(words + kinds + positions)
        out, saved_encoder = self.encoder.forward(x, attn_mask=mask)
        saved = BertSaved(saved_words, saved_positions, saved_segments, saved_norm, saved_encoder)
        return out, saved

    def backward(self, dout: np.ndarray, saved: BertSaved) -> None:
        """dout (B, T, E) -> None: ids have no gradient; parameters gather theirs."""
        dx = self.encoder.backward(dout, saved.encoder)
        dsum = self.norm.backward(dx, saved.norm)
        self.segments.backward(dsum, saved.segments)
        self.positions.backward(dsum.sum(axis=0), saved.positions)
        self.words.backward(dsum, saved.words)
