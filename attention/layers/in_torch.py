"""Encoder and Decoder as PyTorch modules, under the names that `to_torch` gives their parameters.

torch.nn has no attention with rotary positions, so attention is written out here; the rest is its
own. Imported where PyTorch is: pip install 'attention-from-scratch[parity]'.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..ops.rotary import Rotary
from .layer import Layer
from .torch_names import from_torch, to_torch


class Attention(nn.Module):
    """`MultiHeadAttention` and `CrossAttention`, without what only pretrained decoders need."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.num_heads, self.rotary = layer.num_heads, layer.rotary
        width = layer.embed_dim
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:  # fmt: skip
        """x (B, T, E), memory (B, S, E), mask (B, 1, 1, S) bool, True = may attend -> (B, T, E)."""
        read = x if memory is None else memory
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        q, k, v = (
            F.linear(inputs, weight, bias).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for inputs, weight, bias in zip((x, read, read), weights, biases)
        )  # (B, H, T, D)
        if self.rotary is not None:
            q, k = turn(q, self.rotary), turn(k, self.rotary)
        heads = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=is_causal)
        return self.out_proj(heads.transpose(1, 2).flatten(2))


def turn(x: Tensor, rotary: Rotary) -> Tensor:
    """Rotary positions 0, 1, 2 … of x (B, H, T, D), as `rotary_forward`."""
    length, width = x.shape[-2:]
    frequencies = rotary.base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(length, dtype=torch.float64)[:, None] * frequencies  # (T, D/2)
    cos, sin = angles.cos().to(x), angles.sin().to(x)
    if rotary.pairing == "half":
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], dim=-1).flatten(-2)


class Block(nn.Module):
    """`EncoderBlock`, or `DecoderBlock` where the layer attends to a memory; norms come first."""

    def __init__(self, layer: Any, dropout: float) -> None:
        super().__init__()
        width, hidden = layer.mlp.linear1.weight.shape
        self.activation = {"relu": F.relu, "gelu": F.gelu, "silu": F.silu}[layer.mlp.activation]
        self.self_attn = Attention(layer.self_attn)
        self.crosses = hasattr(layer, "cross_attn")
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        if self.crosses:
            self.multihead_attn = Attention(layer.cross_attn)
            self.norm3 = nn.LayerNorm(width)
        self.linear1, self.linear2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, memory: Tensor | None = None, mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:  # fmt: skip
        """x (B, T, E) -> (B, T, E); `mask` is of the memory if there is one."""
        self_mask = None if self.crosses else mask
        x = x + self.dropout(self.self_attn(self.norm1(x), mask=self_mask, is_causal=is_causal))
        norm = self.norm2
        if self.crosses:
            x = x + self.dropout(self.multihead_attn(norm(x), memory, mask))
            norm = self.norm3
        return x + self.dropout(self.linear2(self.activation(self.linear1(norm(x)))))


class Blocks(nn.Module):
    """`Encoder` or `Decoder`, its blocks and the norm after them."""

    def __init__(self, stack: Any) -> None:
        super().__init__()
        if stack.norm is None:
            raise ValueError("only stacks whose norms come first go to PyTorch here")
        self.layers = nn.ModuleList(Block(block, block.dropout) for block in stack.blocks)
        self.norm = nn.LayerNorm(stack.norm.gain.shape[0])

    def forward(self, x: Tensor, *inputs: Any, **options: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x, *inputs, **options)
        return self.norm(x)


def linear(layer: Any) -> nn.Linear:
    """Of the same shape; weights come with the state."""
    return nn.Linear(*layer.weight.shape, bias=layer.bias is not None)


def parameter(array: Any) -> nn.Parameter:
    return nn.Parameter(torch.empty(array.shape))


def take_weights(module: nn.Module, layer: Layer) -> None:
    """The weights and the dtype of our layer into a module of its names."""
    state = to_torch(layer.state_dict())
    module.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    module.to(torch.from_numpy(next(iter(state.values()))).dtype)


def give_weights(module: nn.Module, layer: Layer) -> None:
    """The module's weights back into our layer. Raises ValueError for what does not fit."""
    tables = [
        f"{name}.weight" for name, part in module.named_modules() if isinstance(part, nn.Embedding)
    ]
    state: Mapping[str, np.ndarray] = {
        name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()
    }
    layer.load_state_dict(from_torch(state, embeddings=tables))
