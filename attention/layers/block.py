"""What encoder and decoder blocks are made of: sublayers, each with its norm, and one dropout."""

from typing import Any

import numpy as np

from .gated_mlp import any_mlp
from .layer import Layer
from .multi_head import CrossAttention, MultiHeadAttention
from .norms import NORMS


class Block(Layer):
    """Self-attention, cross-attention to a memory if the block `looks`, then an MLP.

    norm_first: h = x + attention(norm1(x)), out = h + mlp(norm2(h)); else norms follow the sums.
    `hidden_dim` defaults to 4 embed_dim. `norm` is "layer" or "rms"; `activation` one of MLP's or
    GatedMLP's. Further options, such as `num_kv_heads`, `rotary` or `tiled`, go to the
    self-attention.
    """

    looks = False

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        hidden_dim: int | None = None,
        *,
        dropout: float = 0.0,
        activation: str = "gelu",
        norm_first: bool = True,
        norm: str = "layer",
        eps: float = 1e-5,
        bias: bool = True,
        rng: Any = None,
        dtype: Any = np.float32,
        **attention: Any,
    ) -> None:
        rng = np.random.default_rng(rng)
        how = {"rng": rng, "dtype": dtype}
        self.norm_first, self.dropout = norm_first, dropout
        self.norm1 = NORMS[norm](embed_dim, eps, dtype=dtype)
        own_dropout = 0.0 if attention.get("tiled") else dropout
        self.self_attn = MultiHeadAttention(
            embed_dim, num_heads, own_dropout, bias, **how, **attention
        )
        self.norm2 = NORMS[norm](embed_dim, eps, dtype=dtype)
        if self.looks:
            self.cross_attn = CrossAttention(embed_dim, num_heads, dropout, bias, **how)
            self.norm3 = NORMS[norm](embed_dim, eps, dtype=dtype)
        self.mlp = any_mlp(embed_dim, hidden_dim, activation, bias=bias, **how)
