"""Embedding: a learned row for each id, as a layer."""

from typing import Any

import numpy as np

from ..fast.embedding import sum_by_id
from ..ops.checks import upstream
from ..ops.embedding import EmbeddingSaved, embedding_forward
from .layer import Layer
from .parameter import Parameter


class Embedding(Layer):
    """table (num_embeddings, embedding_dim), normal with standard deviation `std`."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        std: float = 0.02,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        rng = np.random.default_rng(rng)
        self.table = Parameter(rng.normal(0, std, (num_embeddings, embedding_dim)).astype(dtype))

    def forward(self, ids: Any) -> tuple[np.ndarray, EmbeddingSaved]:
        """ids (...) integers -> out (..., embedding_dim)."""
        return embedding_forward(ids, self.table.data)

    def backward(self, dout: np.ndarray, saved: EmbeddingSaved) -> None:
        """dout (..., embedding_dim) -> None: ids have no gradient."""
        dout = upstream(dout, (*saved.ids.shape, saved.table_shape[1]), saved.dtype)
        rows, sums = sum_by_id(saved.ids, dout)
        self.table.accumulate(sums, rows)
