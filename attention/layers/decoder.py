"""DecoderBlock: self-attention, cross-attention to a memory, then an MLP; and Decoder, a stack."""

import functools
from typing import Any, NamedTuple

import numpy as np

from .block import Block
from .multi_head import MultiHeadAttentionSaved
from .residual import (
    ResidualSaved,
    residual_backward,
    residual_backward_with_memory,
    residual_forward,
)
from .stack import Stack, StackSaved


class DecoderBlockSaved(NamedTuple):
    attention: ResidualSaved[MultiHeadAttentionSaved]
    cross: ResidualSaved[MultiHeadAttentionSaved]
    mlp: ResidualSaved[Any]  # what the block's MLP saved

    @property
    def weights(self) -> np.ndarray:
        """Cross-attention, (B, H, T, S): what of the memory each position looked at."""
        return self.cross.inner.weights


class DecoderBlock(Block):
    """As EncoderBlock, with attention to a memory between self-attention and MLP."""

    looks = True

    def forward(
        self,
        x: np.ndarray,
        memory: np.ndarray,
        attn_mask: np.ndarray | None = None,
        memory_mask: np.ndarray | None = None,
        *,
        is_causal: bool = False,
        rng: Any = None,
    ) -> tuple[np.ndarray, DecoderBlockSaved]:
        """x (..., T, E), memory (..., S, E) -> out (..., T, E).

        `attn_mask` broadcasts to (..., H, T, T), `memory_mask` to (..., H, T, S).
        """
        rng = None if rng is None else np.random.default_rng(rng)
        how = self.norm_first, self.dropout, rng

        def attend(z: np.ndarray) -> tuple[np.ndarray, Any]:
            return self.self_attn.forward(z, attn_mask=attn_mask, is_causal=is_causal, rng=rng)

        def look(z: np.ndarray) -> tuple[np.ndarray, Any]:
            return self.cross_attn.forward(z, memory, attn_mask=memory_mask, rng=rng)

        h, saved1 = residual_forward(x, attend, self.norm1, *how)
        h, saved2 = residual_forward(h, look, self.norm2, *how)
        out, saved3 = residual_forward(h, self.mlp.forward, self.norm3, *how)
        return out, DecoderBlockSaved(saved1, saved2, saved3)

    def backward(self, dout: np.ndarray, saved: DecoderBlockSaved) -> tuple[np.ndarray, np.ndarray]:
        """dout (..., T, E) -> dx (..., T, E), dmemory (..., S, E)."""
        first = self.norm_first
        dh = residual_backward(dout, saved.mlp, self.mlp.backward, self.norm3, first)
        dh, dmemory = residual_backward_with_memory(
            dh, saved.cross, self.cross_attn.backward, self.norm2, first
        )
        dx = residual_backward(dh, saved.attention, self.self_attn.backward, self.norm1, first)
        return dx, dmemory


class Decoder(Stack):
    """Decoder blocks, all of which look at the same memory."""

    block = DecoderBlock

    def forward(
        self,
        x: np.ndarray,
        memory: np.ndarray,
        attn_mask: np.ndarray | None = None,
        memory_mask: np.ndarray | None = None,
        *,
        is_causal: bool = False,
        rng: Any = None,
    ) -> tuple[np.ndarray, StackSaved]:
        """x (..., T, E), memory (..., S, E) -> out (..., T, E); masks as of the block."""
        return self._through_blocks(x, memory, attn_mask, memory_mask, is_causal=is_causal, rng=rng)

    def backward(self, dout: np.ndarray, saved: StackSaved) -> tuple[np.ndarray, np.ndarray]:
        """dout (..., T, E) -> dx (..., T, E), dmemory (..., S, E), summed over the blocks."""
        dx, shares = self._norm_backward(dout, saved), []
        for block, block_saved in self._last_first(saved):
            dx, dmemory = block.backward(dx, block_saved)
            shares.append(dmemory)
        return dx, functools.reduce(np.add, shares)
