"""Multi-head attention: several attentions side by side, each on its own slice of the width.

Vaswani et al. 2017, section 3.2.2; fewer key heads than query heads: Ainslie et al. 2023.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from ..fast.attention import AnySaved, attention_backward, attention_forward
from ..fast.decode import attend_last
from ..fast.rotary import AnyRotarySaved, rotary_backward, rotary_forward
from ..ops.attention import ScoreOptions
from ..ops.heads import merge_heads, split_heads
from ..ops.linear import LinearSaved
from ..ops.masks import window_sides
from ..ops.rms_norm import RMSNormSaved
from ..ops.rotary import Pairing, Rotary
from ..ops.tiled import TiledAttentionSaved, tiled_attention_backward, tiled_attention_forward
from .in_projection import InProjection
from .kv_cache import KVCache
from .layer import Layer
from .linear import Linear
from .norms import RMSNorm
from .sink_cache import SinkCache


class MultiHeadAttentionSaved(NamedTuple):
    in_proj: tuple[LinearSaved, ...]  # one for each of query, key, value that was given
    norms: tuple[RMSNormSaved, RMSNormSaved] | None  # of q and of k
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
    """in_proj (E, (H + 2 Hkv) D) makes queries, keys and values; out_proj (H D, E) joins the heads.

    `num_kv_heads` < `num_heads` shares each key head among several query heads; D is `head_dim`, by
    default E / H. `rotary` turns queries and keys by their positions: a `Rotary`, or its pairing
    alone. `qk_norm`, the eps of an RMS norm, normalises the queries and keys of each head before
    that (Henry et al. 2020). `scores` are attention's scale, softcap and window. `proj_bias`, of
    in_proj and of out_proj, says otherwise than `bias`. `dropout` acts on the weights.
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
        head_dim: int | None = None,
        rotary: Rotary | Pairing | None = None,
        qk_norm: float | None = None,
        scores: ScoreOptions = ScoreOptions(),  # noqa: B008 (immutable)
        proj_bias: tuple[bool, bool] | None = None,
        tiled: bool = False,
        rng: Any = None,
        dtype: Any = np.float32,
    ) -> None:
        num_kv_heads = num_heads if num_kv_heads is None else num_kv_heads
        if num_heads < 1 or (head_dim is None and embed_dim % num_heads):
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
        self.head_dim = head_dim or embed_dim // num_heads
        self.dropout, self.tiled, self.scores = dropout, tiled, scores
        self.rotary = Rotary(rotary) if isinstance(rotary, str) else rotary
        how = {"rng": rng, "dtype": dtype}
        in_bias, out_bias = proj_bias or (bias, bias)
        self.in_proj = InProjection(
            embed_dim, num_heads, num_kv_heads, in_bias, head_dim=self.head_dim, **how
        )
        self.out_proj = Linear(num_heads * self.head_dim, embed_dim, out_bias, **how)
        self.q_norm = self.k_norm = None
        if qk_norm is not None:
            self.q_norm = RMSNorm(self.head_dim, qk_norm, dtype=dtype)
            self.k_norm = RMSNorm(self.head_dim, qk_norm, dtype=dtype)
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
        (q, k, v), saved_in = self.in_proj.project(query, key, value)
        saved_norms = saved_rotary = None
        if self.q_norm is not None and self.k_norm is not None:
            q, saved_q_norm = self.q_norm.forward(q)
            k, saved_k_norm = self.k_norm.forward(k)
            saved_norms = saved_q_norm, saved_k_norm
        if self.rotary is not None:
            q, saved_q = _turn(q, self.rotary, 0)
            k, saved_k = _turn(k, self.rotary, 0)
            saved_rotary = saved_q, saved_k
        options = {**self.scores._asdict(), "is_causal": is_causal}
        if not self.tiled and self.dropout and rng is not None:
            options |= {"dropout_p": self.dropout, "rng": rng}
        attend = tiled_attention_forward if self.tiled else attention_forward
        heads, saved_attention = attend(q, k, v, attn_mask, **options)
        out, saved_out = self.out_proj.forward(merge_heads(heads))
        return out, MultiHeadAttentionSaved(
            saved_in, saved_norms, saved_rotary, saved_attention, saved_out
        )

    def backward(
        self, dout: np.ndarray, saved: MultiHeadAttentionSaved
    ) -> np.ndarray | tuple[np.ndarray, ...]:
        """dout (..., T, E) -> dquery, or (dquery, dkey[, dvalue]) where forward was given them."""
        dheads = split_heads(self.out_proj.backward(dout, saved.out_proj), self.num_heads)
        gradients = self.in_proj.empty_gradients(saved.in_proj)
        dq, dk, dv = gradients.heads
        if isinstance(saved.attention, TiledAttentionSaved):
            dq[...], dk[...], dv[...] = tiled_attention_backward(dheads, saved.attention)
        else:
            attention_backward(dheads, saved.attention, gradients.heads)
        if saved.rotary is not None:
            dq[...] = rotary_backward(dq, saved.rotary[0])
            dk[...] = rotary_backward(dk, saved.rotary[1])
        if saved.norms is not None and self.q_norm is not None and self.k_norm is not None:
            dq[...] = self.q_norm.backward(dq, saved.norms[0])
            dk[...] = self.k_norm.backward(dk, saved.norms[1])
        dinputs = self.in_proj.project_backward(gradients, saved.in_proj)
        return dinputs[0] if len(dinputs) == 1 else dinputs

    def infer(
        self,
        x: np.ndarray,
        cache: KVCache,
        attn_mask: np.ndarray | None = None,
        rows: list[np.ndarray] | None = None,
    ) -> np.ndarray:
        """Inference: x (B, T, E), the next T tokens -> out (B, T, E), causal over cache and x.

        The weights (B, H, T, S) are appended to `rows`, where somebody wants to see them. Raises
        ValueError for a mask or rows with a cache that forgets.
        """
        pieces = cache.pieces(x.shape[1])
        if len(pieces) > 1:
            parts = np.split(x, np.cumsum(pieces)[:-1], axis=1)
            return np.concatenate([self.infer(p, cache, attn_mask, rows) for p in parts], axis=1)
        options = self.scores._asdict()
        if cache.endless:
            if attn_mask is not None or rows is not None:
                raise ValueError("a cache with sinks takes no mask and shows no weights")
            options["window"] = None  # the cache has one of its own
        q, k, v = self.in_proj.infer_heads(x)
        before = cache.length
        if self.q_norm is not None and self.k_norm is not None:
            q, k = self.q_norm.infer(q), self.k_norm.infer(k)
        q = self._turned(q, before)
        k, v = cache.place(k, v, self._turned)
        if x.shape[1] == 1 and attn_mask is None and rows is None:
            heads = attend_last(q, k, v, **options)  # (B, H, 1, D), which is (B, 1, H D)
            return self.out_proj.infer(heads.reshape(len(x), 1, self.num_heads * self.head_dim))
        options |= {"is_causal": True, "offset": before}
        if rows is not None:
            heads, saved = attention_forward(q, k, v, attn_mask, **options)
            rows.append(saved.weights)
        else:
            attend = tiled_attention_forward if self.tiled else attention_forward
            heads, _ = attend(q, k, v, attn_mask, **options)
        return self.out_proj.infer(merge_heads(heads))

    def new_cache(self, batch: int, max_length: int) -> KVCache:
        dtype = self.in_proj.weight.data.dtype
        return KVCache(batch, self.num_kv_heads, max_length, self.head_dim, dtype=dtype)

    def new_sink_cache(self, batch: int, sinks: int, window: int) -> SinkCache:
        """As `new_cache`, for texts without end; a narrower window of the layer's own holds."""
        left, _ = window_sides(self.scores.window, True)
        window = window if left is None else min(window, left + 1)
        dtype = self.in_proj.weight.data.dtype
        return SinkCache(batch, self.num_kv_heads, sinks, window, self.head_dim, dtype=dtype)

    def _turned(self, x: np.ndarray, first: int) -> np.ndarray:
        return x if self.rotary is None else _turn(x, self.rotary, first)[0]


class CrossAttention(MultiHeadAttention):
    """Multi-head attention of x to a memory, which makes the keys and the values."""

    def forward(  # type: ignore[override]  # a memory is no option here
        self,
        x: np.ndarray,
        memory: np.ndarray,
        attn_mask: np.ndarray | None = None,
        *,
        rng: Any = None,
    ) -> tuple[np.ndarray, MultiHeadAttentionSaved]:
        """x (..., T, E), memory (..., S, E) -> out (..., T, E).

        `attn_mask` broadcasts to (..., H, T, S), True = may attend. Dropout needs an `rng`.
        """
        return super().forward(x, memory, attn_mask=attn_mask, rng=rng)

    def backward(
        self, dout: np.ndarray, saved: MultiHeadAttentionSaved
    ) -> tuple[np.ndarray, np.ndarray]:
        """dout (..., T, E) -> dx (..., T, E), dmemory (..., S, E)."""
        dx, dmemory = super().backward(dout, saved)
        return dx, dmemory


def _turn(x: np.ndarray, rotary: Rotary, first: int) -> tuple[np.ndarray, AnyRotarySaved]:
    """x (..., T, D), of which token 0 stands at position `first`."""
    return rotary_forward(x, np.arange(first, first + x.shape[-2]), **rotary._asdict())
