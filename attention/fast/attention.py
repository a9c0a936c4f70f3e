"""Attention, tuned: scores stay in the cache from product to product, and are worked on in place.

Why it is faster: a block holds few enough scores for the cache, and only keys that its queries can
reach. Scores that are all small need no maximum taken away. Rows are summed by a product with ones.
Weights are never divided by those sums, but out is, over D instead of S. A product of small
matrices is far quicker if the second is not transposed: keys are copied as (D, S), and the
scale goes in on the way. Backward does the same with the values, (Dv, S); a further row of them
takes Σ_j dw_j w_j, which is dout · out, from the scores within the product.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..ops.attention import (
    check_attention_inputs,
    hidden_scores_are_silent,
    score_options,
    without_bad_keys,
    without_bad_rows,
)
from ..ops.checks import upstream
from ..ops.dropout import draw_keep
from ..ops.masks import Window
from ..ops.visibility import Visibility, read_visibility
from ._blocks import Block, blocks, grouped, sight_in_five_axes, stacked
from ._scores import (
    as_columns,
    empty_heads,
    exp_of_small,
    exp_with_care,
    multiply_into,
    multiply_queries,
    write_scores,
)


class Weighed(NamedTuple):
    block: Block
    raw: np.ndarray  # (b, Hkv, G·t, s), weights before they are divided by their sums
    capped: np.ndarray | None  # (b, Hkv, G·t, s), tanh(scores / softcap)


class FastAttentionSaved(NamedTuple):
    q: np.ndarray  # (B, Hkv, G, T, D)
    k: np.ndarray  # (B, Hkv, S, D)
    v: np.ndarray  # (B, Hkv, S, Dv)
    out: np.ndarray  # (B, Hkv, G, T, Dv)
    inverse: np.ndarray  # (B, Hkv, G, T, 1), 1 / sum of raw weights; 0 where a query sees no key
    weighed: list[Weighed]
    keep: np.ndarray | None  # (B, Hkv, G, T, S), dropout: 0 or 1/(1−p)
    scale: float
    shape: tuple[int, ...]  # (..., H, T, S)

    @property
    def weights(self) -> np.ndarray:
        """(..., H, T, S), before dropout."""
        weights = np.zeros(self.shape, self.q.dtype)
        whole = grouped(weights, self.k.shape[1])
        for block, raw, _ in self.weighed:
            part = block.pairs(whole)
            np.multiply(raw.reshape(part.shape), block.queries(self.inverse), out=part)
            block.hide(part)  # in rows of NaN
        return weights


AnySaved = FastAttentionSaved | ops.AttentionSaved  # the plain pair's, for complex numbers


@hidden_scores_are_silent
def attention_forward(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    attn_mask: np.ndarray | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    softcap: float | None = None,
    window: Window = None,
    offset: int = 0,
    dropout_p: float = 0.0,
    rng: Any = None,
) -> tuple[np.ndarray, AnySaved]:
    """As `ops.attention_forward`: q, k, v -> out (..., H, T, Dv)."""
    q, k, v = check_attention_inputs(q, k, v)
    scale, softcap = score_options(q, scale, softcap)
    if q.dtype.kind == "c":
        options: dict[str, Any] = {"scale": scale, "softcap": softcap, "window": window}
        options |= {"is_causal": is_causal, "offset": offset, "dropout_p": dropout_p, "rng": rng}
        return ops.attention_forward(q, k, v, attn_mask, **options)
    shape = (*q.shape[:-1], k.shape[-2])  # (..., H, T, S)
    sight = read_visibility(attn_mask, shape, q.dtype, is_causal, window, offset)
    keep = None if rng is None else draw_keep(shape, dropout_p, rng, q.dtype)
    Hkv = k.shape[-3] if k.ndim > 2 else 1
    if q.shape[-3:-2] != k.shape[-3:-2]:
        q = np.ascontiguousarray(q)  # so that heads that share a key can be stacked
    out = empty_heads(q, v.shape[-1])  # (..., H, T, Dv)
    saved = FastAttentionSaved(
        q=grouped(q, Hkv),
        k=grouped(k, Hkv)[:, :, 0],
        v=grouped(v, Hkv)[:, :, 0],
        out=grouped(out, Hkv),
        inverse=grouped(empty_heads(q, 1), Hkv),
        weighed=[],
        keep=None if keep is None else grouped(keep, Hkv),
        scale=scale,
        shape=shape,
    )
    sight = sight_in_five_axes(sight, shape, Hkv)
    if not _weigh_all(saved, sight, softcap):
        clean_k, clean_v, bad = without_bad_keys(saved.k, saved.v)
        if bad is not None:
            saved = saved._replace(k=clean_k, v=clean_v, weighed=[])
            _weigh_all(saved, sight, softcap)
            _blind(saved, sight.block(), bad[:, :, None, None])
    return np.copy(out), saved  # laid out alike; the caller may change it, saved.out must stay


def _weigh_all(saved: FastAttentionSaved, sight: Visibility, softcap: float | None) -> bool:
    """Fill out and 1 / sum, and `weighed` block by block; False if keys may hold NaN or inf."""
    turned = as_columns(saved.k, saved.scale)
    for block in blocks((*saved.q.shape[:-1], saved.shape[-1]), sight, saved.q.dtype):
        saved.weighed.append(_forward_block(block, saved, turned, softcap))
    return math.isfinite(turned.sum() + saved.out.sum())


def _forward_block(
    block: Block, saved: FastAttentionSaved, turned: np.ndarray, softcap: float | None
) -> Weighed:
    """Weigh the keys of a block, and write its queries' out and 1 / sum."""
    q, k = stacked(block.queries(saved.q)), block.columns(turned)
    inverse, out = block.queries(saved.inverse), block.queries(saved.out)
    raw = np.empty((*q.shape[:-1], k.shape[-1]), q.dtype)  # (b, Hkv, G·t, s)
    capped = write_scores(q, k, softcap, block, raw)
    sums = exp_of_small(raw, block)
    if sums is None:
        capped = write_scores(q, k, softcap, block, raw)
        sums = exp_with_care(raw, block)
    inverse[...] = 0
    np.divide(1, sums, out=inverse, where=sums != 0)
    used = raw if saved.keep is None else raw * block.pairs(saved.keep).reshape(raw.shape)
    multiply_queries(out, used, block.keys(saved.v))
    out *= inverse
    return Weighed(block, raw, capped)


def _blind(saved: FastAttentionSaved, visible: np.ndarray | None, bad: np.ndarray) -> None:
    """NaN for queries that see a key with NaN or inf; bad (B, Hkv, 1, 1, S)."""
    seen = bad if visible is None else bad & visible
    blinded = np.broadcast_to(seen.any(-1), saved.out.shape[:-1])
    saved.inverse[blinded], saved.out[blinded] = np.nan, np.nan


@hidden_scores_are_silent
def attention_backward(
    dout: np.ndarray,
    saved: AnySaved,
    into: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., H, T, Dv) -> dq (..., H, T, D), dk (..., Hkv, S, D), dv (..., Hkv, S, Dv).

    They are written `into` three arrays, if such are given, whatever their strides.
    """
    if isinstance(saved, ops.AttentionSaved):
        gradients = ops.attention_backward(dout, saved)
        for room, gradient in zip(into or (), gradients, strict=False):
            room[...] = gradient
        return into or gradients
    Hkv, dtype, shape = saved.k.shape[1], saved.q.dtype, saved.shape
    dout = upstream(dout, (*shape[:-1], saved.v.shape[-1]), dtype)
    if into is None:
        keys = (*shape[:-3], Hkv, shape[-1]) if len(shape) > 2 else shape[-1:]
        into = (
            np.empty((*shape[:-1], saved.q.shape[-1]), dtype),
            np.empty((*keys, saved.k.shape[-1]), dtype),
            np.empty((*keys, saved.v.shape[-1]), dtype),
        )
    dq, dk, dv = into
    _send_back(dout, saved, into)
    if not math.isfinite(dq.sum() + dk.sum() + dv.sum()):
        _send_back(*_without_bad_queries(dout, saved), into, careful=True)
    return into


def _without_bad_queries(
    dout: np.ndarray, saved: FastAttentionSaved
) -> tuple[np.ndarray, FastAttentionSaved]:
    """Rows with NaN or inf in q or dout emptied; their weights are NaN at keys they see, else 0."""
    q, bad_q = without_bad_rows(saved.q)
    dout, bad_dout = without_bad_rows(dout)
    bad_query = np.isnan(saved.inverse)
    for bad in (bad_q, bad_dout):
        if bad is not None:
            bad_query = bad_query | bad.reshape(bad_query.shape)
    weighed = []
    for block, raw, capped in saved.weighed:
        marked = raw.reshape(block.shape).copy()
        np.copyto(marked, np.nan, where=block.queries(bad_query) & (marked != 0))
        block.hide(marked)
        weighed.append(Weighed(block, marked.reshape(raw.shape), capped))
    inverse = np.where(bad_query, np.ones((), saved.inverse.dtype), saved.inverse)
    return dout, saved._replace(q=q, inverse=inverse, weighed=weighed)


def _send_back(
    dout: np.ndarray,
    saved: FastAttentionSaved,
    into: tuple[np.ndarray, np.ndarray, np.ndarray],
    careful: bool = False,
) -> None:
    """Write dq, dk, dv `into` three arrays; `careful`: what overflows at a weight of 0 is 0."""
    q, k, v, out, inverse, weighed, keep, scale, shape = saved
    Hkv, dtype = k.shape[1], q.dtype
    both = grouped(empty_heads(dout, v.shape[-1] + 1), Hkv)  # (B, Hkv, G, T, Dv + 1)
    shared = both[..., -1:]  # Σ_j dw_j w_j
    dout = np.multiply(grouped(dout, Hkv), inverse, out=both[..., :-1])
    np.matmul(dout * out, np.ones((v.shape[-1], 1), dtype), out=shared)
    turned = as_columns(v, scale, rows=1)  # (B, Hkv, Dv + 1, S)
    turned[..., -1, :] = -scale
    dq, dk, dv = (
        grouped(into[0], Hkv),
        grouped(into[1], Hkv)[:, :, 0],
        grouped(into[2], Hkv)[:, :, 0],
    )
    # The last queries see all keys, if any do: they write to dk and dv, and the others add.
    writing = weighed[-1].block.rows if weighed and weighed[-1].block.shape[-1] == shape[-1] else ()
    if not writing:
        dk[...], dv[...] = 0, 0
    for block, raw, capped in reversed(weighed):
        alone = block.rows == writing
        dout_rows, q_rows = stacked(block.queries(dout)), stacked(block.queries(q))
        own_keep = None if keep is None else block.pairs(keep).reshape(raw.shape)
        used = raw if own_keep is None else raw * own_keep
        multiply_into(block.keys(dv), used.swapaxes(-1, -2), dout_rows, alone)
        if own_keep is None:
            dscores = stacked(block.queries(both)) @ block.columns(turned)  # (b, Hkv, G·t, s)
        else:
            dscores = dout_rows @ block.columns(turned)[..., :-1, :]
            dscores *= own_keep
            dscores -= scale * stacked(block.queries(shared))
        dscores *= raw
        if capped is not None:
            dscores *= 1 - capped * capped
        if careful:
            dscores[raw == 0] = 0
        multiply_into(block.keys(dk), dscores.swapaxes(-1, -2), q_rows, alone)
        multiply_queries(block.queries(dq), dscores, block.keys(k))
