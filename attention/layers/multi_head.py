"""Multi-head attention: several attentions side by side, each on its own slice of the width.

Vaswani et al. 2017, section 3.2.2; fewer key heads than query heads: Ainslie et al. 2023.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..fast.attention import AnySaved, attention_backward, attention_forward
from ..fast.decode import attend_last
from ..fast.rotary import AnyRotarySaved, rotary_backward, rotary_forward
from ..ops.heads import merge_heads, split_heads
from ..ops.linear import LinearSaved
from ..ops.masks import Window
from ..ops.rotary import Pairing
from ..ops.tiled import TiledAttentionSaved, tiled_attention_backward, tiled_attention_forward
from .kv_cache import KVCache
from .layer import Layer
from .linear import Linear


class MultiHeadAttentionSaved(NamedTuple):
    in_proj: tuple[LinearSaved, ...]  # one for each of query, key, value that was given
    rotary: tuple[AnyRotarySaved, AnyRotarySaved] | None  # of q and of k
    attention: AnySaved | TiledAttentionSaved
    out_proj: LinearSaved

    @property
    def weights(self) -> np.ndarray:
        """(B, H, T, S); tiled attention keeps none."""
        if isinstance(self.attention, TiledAttentionSaved):
            raise AttributeError("tiled attention keeps no weights; use tiled=False to see them")
        return self.attention.weights


class MultiHeadAttention(Layer):
    """in_proj (E, (H + 2 Hkv) D) makes queries, keys and values; out_proj (E, E) joins the heads.

    `num_kv_heads` < `num_heads` shares each key head among several query heads. `rotary` turns
    queries and keys by their positions: "interleaved" or "half". `dropout` acts on the weights.
    `tiled` attends in tiles: memory linear in the length, no weights kept, no dropout.
    Raises ValueError if `embed_dim`, `num_heads` and `num_kv_heads` do not divide.
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        *,
        num_kv_heads: int | None = None,
        rotary: Pairing | None = None,
        rotary_base: float = 10000.0,
        window: Window = None,
        softcap: float | None = None,
        scale: float | None = None,
        tiled: bool = False,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        num_kv_heads = num_heads if num_kv_heads is None else num_kv_heads
        if num_heads < 1 or embed_dim % num_heads:
            raise ValueError(f"embed_dim {embed_dim} must be a multiple of num_heads {num_heads}")
        if num_kv_heads < 1 or num_heads % num_kv_heads:
            raise ValueError(
                f"num_heads {num_heads} must be a multiple of num_kv_heads {num_kv_heads}"
            )
        if tiled and dropout:
            raise ValueError(
                "tiled attention has no dropout on weights; use dropout=0 or tiled=False"
            )
        rng = np.random.default_rng(rng)
        self.embed_dim, self.num_heads, self.num_kv_heads = embed_dim, num_heads, num_kv_heads
        self.head_dim = embed_dim // num_heads
        self.dropout, self.tiled = dropout, tiled
        self.rotary, self.rotary_base = rotary, rotary_base
        self.options: dict[str, Any] = {"window": window, "softcap": softcap, "scale": scale}
        kv_dim = num_kv_heads * self.head_dim
        self.in_proj = Linear(embed_dim, embed_dim + 2 * kv_dim, bias, rng=rng, dtype=dtype)
        self.out_proj = Linear(embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        bound = math.sqrt(3 / embed_dim)  # Glorot & Bengio 2010, for square projections
        self.in_proj.weight.data[...] = rng.uniform(-bound, bound, self.in_proj.weight.shape)

    def forward(
        self,
        query: np.ndarray,
        key: np.ndarray | None = None,
        value: np.ndarray | None = None,
        attn_mask: np.ndarray | None = None,
        *,
        is_causal: bool = False,
        rng: Any = None,
    ) -> tuple[np.ndarray, MultiHeadAttentionSaved]:
        """query (..., T, E), key and value (..., S, E) -> out (..., T, E).

        Without key, the query attends to itself; without value, the keys are the values.
        `attn_mask` broadcasts to (..., H, T, S), True = may attend. Dropout needs an `rng`.
        """
        (q, k, v), saved_in = self._project(query, key, value)
        saved_rotary = None
        if self.rotary is not None:
            q, saved_q = self._turn(q, 0)
            k, saved_k = self._turn(k, 0)
            saved_rotary = saved_q, saved_k
        options = {**self.options, "is_causal": is_causal}
        if not self.tiled and self.dropout and rng is not None:
            options |= {"dropout_p": self.dropout, "rng": rng}
        attend = tiled_attention_forward if self.tiled else attention_forward
        heads, saved_attention = attend(q, k, v, attn_mask, **options)
        out, saved_out = self.out_proj.forward(merge_heads(heads))
        return out, MultiHeadAttentionSaved(saved_in, saved_rotary, saved_attention, saved_out)

    def backward(
        self, dout: np.ndarray, saved: MultiHeadAttentionSaved
    ) -> np.ndarray | tuple[np.ndarray, ...]:
        """dout (..., T, E) -> dquery, or (dquery, dkey[, dvalue]) where forward was given them."""
        dheads = split_heads(self.out_proj.backward(dout, saved.out_proj), self.num_heads)
        shares = _SHARES[len(saved.in_proj)]
        dprojected = [self._room(one, parts) for one, parts in zip(saved.in_proj, shares)]
        dq, dk, dv = into = self._heads(dprojected, shares)
        if isinstance(saved.attention, TiledAttentionSaved):
            dq[...], dk[...], dv[...] = tiled_attention_backward(dheads, saved.attention)
        else:
            attention_backward(dheads, saved.attention, into)
        if saved.rotary is not None:
            dq[...] = rotary_backward(dq, saved.rotary[0])
            dk[...] = rotary_backward(dk, saved.rotary[1])
        if len(dprojected) == 1:
            return self.in_proj.backward(dprojected[0], saved.in_proj[0])
        return tuple(
            self.in_proj.backward_columns(d, one, self._columns(parts))
            for d, one, parts in zip(dprojected, saved.in_proj, shares, strict=True)
        )

    def step(self, x: np.ndarray, cache: KVCache) -> np.ndarray:
        """Inference: x (B, T, E), the next T tokens -> out (B, T, E), causal over cache and x."""
        q, k, v = self._heads([self.in_proj.step(x)], _SHARES[1])
        before = cache.length
        if self.rotary is not None:
            q, k = self._turn(q, before)[0], self._turn(k, before)[0]
        k, v = cache.append(k, v)
        if x.shape[1] == 1:
            heads = attend_last(q, k, v, **self.options)  # (B, H, 1, D), which is (B, 1, E)
            return self.out_proj.step(heads.reshape(x.shape))
        attend = tiled_attention_forward if self.tiled else attention_forward
        heads, _ = attend(q, k, v, is_causal=True, offset=before, **self.options)
        return self.out_proj.step(merge_heads(heads))

    def new_cache(self, batch: int, max_length: int) -> KVCache:
        dtype = self.in_proj.weight.data.dtype
        return KVCache(batch, self.num_kv_heads, max_length, self.head_dim, dtype=dtype)

    def _project(
        self, query: np.ndarray, key: np.ndarray | None, value: np.ndarray | None
    ) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], tuple[LinearSaved, ...]]:
        """q (..., H, T, D), k and v (..., Hkv, S, D); one product for each input that was given."""
        if key is None and value is not None:
            raise ValueError("value was given without key; give both, or key alone")
        given = [x for x in (query, key, value) if x is not None]
        shares = _SHARES[len(given)]
        pairs = [
            self.in_proj.forward_columns(x, self._columns(parts))
            for x, parts in zip(given, shares, strict=True)
        ]
        return self._heads([projected for projected, _ in pairs], shares), tuple(
            saved for _, saved in pairs
        )

    def _heads(
        self, projected: list[np.ndarray], shares: list[slice]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Views q (..., H, T, D), k and v (..., Hkv, S, D) of what in_proj makes of each input."""
        heads = []
        for x, parts in zip(projected, shares, strict=True):
            end = 0
            for width in self._widths()[parts]:
                start, end = end, end + width
                heads.append(split_heads(x[..., start:end], width // self.head_dim))
        q, k, v = heads
        return q, k, v

    def _room(self, saved: LinearSaved, parts: slice) -> np.ndarray:
        """For the gradient of what in_proj made of one input, (..., T, width of the parts)."""
        return np.empty((*saved.x.shape[:-1], sum(self._widths()[parts])), saved.x.dtype)

    def _widths(self) -> list[int]:
        kv_dim = self.num_kv_heads * self.head_dim
        return [self.embed_dim, kv_dim, kv_dim]

    def _columns(self, parts: slice) -> slice:
        """The columns of in_proj that make these of (q, k, v)."""
        widths = self._widths()
        start = sum(widths[: parts.start])
        return slice(start, start + sum(widths[parts]))

    def _turn(self, x: np.ndarray, first: int) -> tuple[np.ndarray, AnyRotarySaved]:
        positions = np.arange(first, first + x.shape[-2])
        return rotary_forward(x, positions, base=self.rotary_base, pairing=self.rotary or "half")


# Which of (q, k, v) each given input makes: alone it makes all, memory makes keys and values.
_SHARES = {
    1: [slice(0, 3)],
    2: [slice(0, 1), slice(1, 3)],
    3: [slice(0, 1), slice(1, 2), slice(2, 3)],
}
