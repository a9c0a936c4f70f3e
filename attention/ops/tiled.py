"""Tiled attention: the same result with no T × S array, by an online softmax.

Milakov & Gimelshein 2018; Dao et al. 2022 (FlashAttention), algorithms 1 and 4. A row of scores is
met tile by tile; the running maximum m and sum l are corrected whenever a larger score appears:

    m' = max(m, max scores)    l' = l e^(m − m') + Σ e^(scores − m')    out' likewise

Backward makes each tile of weights anew from log l + m, so memory stays linear in the length.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .attention import (
    check_attention_inputs,
    hidden_scores_are_silent,
    score_options,
    without_bad_keys,
    without_bad_rows,
)
from .checks import count, upstream
from .masks import Window
from .visibility import Visibility, read_visibility


class TiledAttentionSaved(NamedTuple):
    q: np.ndarray  # (..., H, T, D)
    k: np.ndarray  # (..., Hkv, S, D)
    v: np.ndarray  # (..., Hkv, S, Dv)
    out: np.ndarray  # (..., H, T, Dv)
    log_sum: np.ndarray  # (..., H, T), log Σ exp(scores); +inf where a query sees no key
    bad: np.ndarray | None  # (..., Hkv, S), keys that hold NaN or inf
    sight: Visibility
    scale: float
    softcap: float | None
    tile: int


@hidden_scores_are_silent
def tiled_attention_forward(
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
    tile: int = 256,
) -> tuple[np.ndarray, TiledAttentionSaved]:
    """As `attention_forward`, but without dropout, in tiles of `tile` queries by `tile` keys.

    q (..., H, T, D), k (..., Hkv, S, D), v (..., Hkv, S, Dv) -> out (..., H, T, Dv).
    """
    q, k, v = check_attention_inputs(q, k, v)
    scale, softcap = score_options(q, scale, softcap)
    tile = count("tile", tile, 1)
    weights_shape = (*q.shape[:-1], k.shape[-2])
    sight = read_visibility(attn_mask, weights_shape, q.dtype, is_causal, window, offset)
    k, v, bad = without_bad_keys(k, v)
    out = np.zeros((*q.shape[:-1], v.shape[-1]), q.dtype)
    log_sum = np.full(q.shape[:-1], np.inf, q.dtype)
    saved = TiledAttentionSaved(q, k, v, out, log_sum, bad, sight, scale, softcap, tile)
    for head in _heads(saved):
        for rows in _tiles(0, head.T, tile):
            _forward_rows(head, rows)
    return out.copy(), saved  # out is the caller's to change, saved.out is not


def _forward_rows(head: "_Head", rows: slice) -> None:
    """The output of one tile of queries, over all the keys in its reach."""
    q_rows = head.q[rows] * head.scale  # (t, D)
    top = np.full((len(q_rows), 1), -np.inf, q_rows.dtype)  # m
    total = np.zeros_like(top)  # l
    out = np.zeros((len(q_rows), head.v.shape[-1]), q_rows.dtype)
    blinded = np.zeros(len(q_rows), bool)
    for cols in _tiles(*head.sight.keys_in_reach(rows), head.tile):
        scores, _ = head.scores(q_rows, rows, cols)  # (t, s)
        new_top = np.maximum(top, scores.max(-1, keepdims=True))
        shift = np.where(np.isneginf(new_top.real), 0, new_top)
        scores -= shift
        np.exp(scores, out=scores)
        fade = np.exp(top - shift)
        total = total * fade + scores.sum(-1, keepdims=True)
        out = out * fade + scores @ head.v[cols]
        top = new_top
        blinded |= head.blinded(rows, cols)
    seen = (total != 0)[:, 0]
    head.out[rows][seen] = out[seen] / total[seen]
    head.log_sum[rows][seen] = (top + np.log(np.where(total == 0, 1, total)))[seen, 0]
    head.out[rows][blinded] = np.nan
    head.log_sum[rows][blinded] = np.nan


@hidden_scores_are_silent
def tiled_attention_backward(
    dout: np.ndarray, saved: TiledAttentionSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., H, T, Dv) -> dq (..., H, T, D), dk (..., Hkv, S, D), dv (..., Hkv, S, Dv)."""
    q, k, v, out, log_sum = saved[:5]
    dout = upstream(dout, out.shape, out.dtype)
    sees_none = np.isposinf(log_sum.real)
    q, bad_q = without_bad_rows(q)
    dout, bad_dout = without_bad_rows(dout)
    for bad in (bad_q, bad_dout):
        if bad is not None:
            log_sum = np.where(bad & ~sees_none, np.array(np.nan, out.dtype), log_sum)
    saved = saved._replace(q=q, log_sum=log_sum)
    dq, dk, dv = np.zeros(q.shape, q.dtype), np.zeros(k.shape, k.dtype), np.zeros(v.shape, v.dtype)
    for head in _heads(saved, dout, dq, dk, dv):
        for rows in _tiles(0, head.T, saved.tile):
            _backward_rows(head, rows)
    return dq, dk, dv


def _backward_rows(head: "_Head", rows: slice) -> None:
    """What one tile of queries sends back; Σ_j dw_j w_j of softmax's backward is dout · out."""
    q_rows, dout = head.q[rows] * head.scale, head.dout[rows]
    of_nan = np.isnan(head.log_sum[rows]).any()
    shared = (dout * head.out[rows]).sum(-1, keepdims=True)  # (t, 1)
    dq = np.zeros_like(q_rows)
    for cols in _tiles(*head.sight.keys_in_reach(rows), head.tile):
        weights, capped = head.scores(q_rows, rows, cols)
        weights -= head.log_sum[rows, None]
        np.exp(weights, out=weights)  # (t, s)
        visible = head.sight.block(rows, cols) if of_nan else None
        if visible is not None:
            weights[~np.broadcast_to(visible, weights.shape)] = 0
        head.dv[cols] += weights.T @ dout
        dscores = dout @ head.v[cols].T
        dscores -= shared
        dscores *= weights
        if capped is not None:
            dscores *= 1 - capped * capped
        dscores[weights == 0] = 0  # even if what stands there overflows
        head.dk[cols] += dscores.T @ q_rows
        dq += dscores @ head.k[cols]
    head.dq[rows] = dq * head.scale


class _Head(NamedTuple):
    """Views of everything that concerns one query head."""

    q: np.ndarray  # (T, D)
    k: np.ndarray  # (S, D)
    v: np.ndarray  # (S, Dv)
    out: np.ndarray  # (T, Dv)
    log_sum: np.ndarray  # (T,)
    bad: np.ndarray | None  # (S,)
    sight: Visibility
    scale: float
    softcap: float | None
    tile: int
    dout: np.ndarray
    dq: np.ndarray
    dk: np.ndarray
    dv: np.ndarray

    @property
    def T(self) -> int:
        return len(self.q)

    def scores(
        self, q_rows: np.ndarray, rows: slice, cols: slice
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """One tile of capped and masked scores (t, s), and tanh(scores / softcap)."""
        scores = q_rows @ self.k[cols].T
        capped = None
        if self.softcap is not None:
            capped = np.tanh(scores / self.softcap)
            scores = self.softcap * capped
        bias, visible = self.sight.bias_block(rows, cols), self.sight.block(rows, cols)
        if bias is not None:
            scores += bias
        if visible is not None:
            scores[~np.broadcast_to(visible, scores.shape)] = -np.inf
        return scores, capped

    def blinded(self, rows: slice, cols: slice) -> np.ndarray | bool:
        """Which queries see a key with NaN or inf, (t,)."""
        if self.bad is None or not self.bad[cols].any():
            return False
        visible = self.sight.block(rows, cols)
        return True if visible is None else (visible & self.bad[cols]).any(-1)


def _heads(saved: TiledAttentionSaved, *gradients: np.ndarray) -> Iterator[_Head]:
    """Every query head with its key head; gradients are dout, dq, dk, dv."""
    q, k, v, out, log_sum, bad, sight, scale, softcap, tile = saved
    dout, dq, dk, dv = gradients or (out, q, k, v)
    group = q.shape[-3] // k.shape[-3] if q.ndim > 2 else 1
    weights_shape = (*q.shape[:-1], k.shape[-2])
    allowed = None if sight.allowed is None else np.broadcast_to(sight.allowed, weights_shape)
    bias = None if sight.bias is None else np.broadcast_to(sight.bias, weights_shape)
    for h in np.ndindex(q.shape[:-2]):
        kv = (*h[:-1], h[-1] // group) if h else h
        head_sight = sight._replace(
            allowed=None if allowed is None else allowed[h], bias=None if bias is None else bias[h]
        )
        yield _Head(
            q[h], k[kv], v[kv], out[h], log_sum[h], None if bad is None else bad[kv], head_sight,
            scale, softcap, tile, dout[h], dq[h], dk[kv], dv[kv],
        )  # fmt: skip


def _tiles(start: int, end: int, tile: int) -> Iterator[slice]:
    for first in range(start, end, tile):
        yield slice(first, min(first + tile, end))
