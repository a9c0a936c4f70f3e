"""EncoderBlock: self-attention, then an MLP; and Encoder, a stack of them.

With is_causal=True these are the blocks of a GPT.
"""

from typing import Any, NamedTuple

import numpy as np

from .block import Block
from .kv_cache import KVCache
from .multi_head import MultiHeadAttentionSaved
from .residual import ResidualSaved, residual_backward, residual_forward
from .stack import Stack, StackSaved


class EncoderBlockSaved(NamedTuple):
    attention: ResidualSaved[MultiHeadAttentionSaved]
    mlp: ResidualSaved[Any]  # what the block's MLP saved

    @property
    def weights(self) -> np.ndarray:
        """(B, H, T, S)."""
        return self.attention.inner.weights


class EncoderBlock(Block):
    """h = x + attention(norm1(x)), out = h + mlp(norm2(h)), or with the norms after the sums."""

    def forward(
        self,
        x: np.ndarray,
        attn_mask: np.ndarray | None = None,
        *,
        is_causal: bool = False,
        rng: Any = None,
    ) -> tuple[np.ndarray, EncoderBlockSaved]:
        """x (..., T, E) -> out (..., T, E); `attn_mask` broadcasts to (..., H, T, T)."""
        rng = None if rng is None else np.random.default_rng(rng)

        def attend(z: np.ndarray) -> tuple[np.ndarray, Any]:
            return self.self_attn.forward(z, attn_mask=attn_mask, is_causal=is_causal, rng=rng)

        h, saved1 = residual_forward(x, attend, self.norm1, self.norm_first, self.dropout, rng)
        out, saved2 = residual_forward(
            h, self.mlp.forward, self.norm2, self.norm_first, self.dropout, rng
        )
        return out, EncoderBlockSaved(saved1, saved2)

    def backward(self, dout: np.ndarray, saved: EncoderBlockSaved) -> np.ndarray:
        """dout (..., T, E) -> dx (..., T, E)."""
        dh = residual_backward(dout, saved.mlp, self.mlp.backward, self.norm2, self.norm_first)
        return residual_backward(
            dh, saved.attention, self.self_attn.backward, self.norm1, self.norm_first
        )

    def infer(
        self,
        x: np.ndarray,
        cache: KVCache,
        attn_mask: np.ndarray | None = None,
        rows: list[np.ndarray] | None = None,
    ) -> np.ndarray:
        """Inference: x (B, T, E), the next T tokens -> out (B, T, E), causal over cache and x."""
        if self.norm_first:
            x = x + self.self_attn.infer(self.norm1.infer(x), cache, attn_mask, rows)
            return x + self.mlp.infer(self.norm2.infer(x))
        x = self.norm1.infer(x + self.self_attn.infer(x, cache, attn_mask, rows))
        return self.norm2.infer(x + self.mlp.infer(x))


class Encoder(Stack):
    """Encoder blocks."""

    block = EncoderBlock

    def forward(
        self,
        x: np.ndarray,
        attn_mask: np.ndarray | None = None,
        *,
        is_causal: bool = False,
        rng: Any = None,
    ) -> tuple[np.ndarray, StackSaved]:
        """x (..., T, E) -> out (..., T, E); `attn_mask` broadcasts to (..., H, T, T)."""
        return self._through_blocks(x, attn_mask, is_causal=is_causal, rng=rng)

    def backward(self, dout: np.ndarray, saved: StackSaved) -> np.ndarray:
        """dout (..., T, E) -> dx (..., T, E)."""
        dx = self._norm_backward(dout, saved)
        for block, block_saved in self._last_first(saved):
            dx = block.backward(dx, block_saved)
        return dx

    def infer(
        self,
        x: np.ndarray,
        caches: list[KVCache],
        attn_mask: np.ndarray | None = None,
        rows: list[np.ndarray] | None = None,
    ) -> np.ndarray:
        """Inference: x (B, T, E), the next T tokens -> out (B, T, E); one cache a block.

        `attn_mask` broadcasts to (B, H, T, S), S counting what is cached too. The weights of each
        block, (B, H, T, S), are appended to `rows`, where somebody wants to see them.
        """
        for block, cache in zip(self.blocks, caches, strict=True):
            x = block.infer(x, cache, attn_mask, rows)
        return x if self.norm is None else self.norm.infer(x)

    def new_caches(self, batch: int, max_length: int) -> list[KVCache]:
        return [block.self_attn.new_cache(batch, max_length) for block in self.blocks]
