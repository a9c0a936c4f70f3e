"""Scaled dot-product attention, softmax(q kᵀ · scale) v, and its backward.

Vaswani et al. 2017, equation 1; grouped queries: Ainslie et al. 2023; soft capping: Gemma 2, 2024.

Grouped heads never repeat a key: the G = H / Hkv query heads that share a key head are laid under
each other as G·T rows, so one product serves them all, and dk, dv come out summed over the group.

Nothing passes between a query and a key that it may not see. Weight 0 alone does not ensure that,
since 0 · inf and 0 · NaN are NaN: rows with inf or NaN are emptied before they meet a product, and
NaN is put back where they are seen.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, in_range, upstream
from .dropout import DropoutSaved, dropout_backward, dropout_forward
from .masks import Window
from .softmax import SoftmaxSaved, softmax, softmax_backward
from .visibility import read_visibility

# A score at a forbidden key may be anything, inf and NaN included: it is replaced, not reported.
hidden_scores_are_silent = np.errstate(under="ignore", over="ignore", invalid="ignore")


class ScoreOptions(NamedTuple):
    """What is made of scores: options of `attention_forward`, for who hands them on."""

    scale: float | None = None
    softcap: float | None = None
    window: Window = None


class AttentionSaved(NamedTuple):
    q: np.ndarray  # (..., H, T, D)
    k: np.ndarray  # (..., Hkv, S, D)
    v: np.ndarray  # (..., Hkv, S, Dv)
    weights: np.ndarray  # (..., H, T, S), before dropout
    scale: float
    capped: np.ndarray | None  # (..., H, T, S), tanh(scores / softcap)
    dropout: DropoutSaved | None


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
) -> tuple[np.ndarray, AttentionSaved]:
    """q (..., H, T, D), k (..., Hkv, S, D), v (..., Hkv, S, Dv) -> out (..., H, T, Dv).

    H is a multiple of Hkv. `attn_mask` broadcasts to (..., H, T, S): bool, True = may attend, or
    float, added to the scores (−inf forbids). `scale` defaults to 1/√D. `softcap` bounds scores to
    softcap · tanh(scores / softcap), before the mask. `window` = n or (left, right): how many keys
    to each side a query sees. `offset` keys stand before query 0 (a cache). With an `rng`, weights
    are dropped with probability `dropout_p`. A query that may see no key gets zeros; what stands
    at a key it may not see cannot reach it, NaN included.
    Raises TypeError or ValueError for arguments that do not fit, before any work.
    """
    q, k, v = check_attention_inputs(q, k, v)
    scale, softcap = score_options(q, scale, softcap)
    weights_shape = (*q.shape[:-1], k.shape[-2])  # (..., H, T, S)
    sight = read_visibility(attn_mask, weights_shape, q.dtype, is_causal, window, offset)
    visible = sight.block()
    k, v, bad = without_bad_keys(k, v)

    scores = stack_groups(q * scale, k) @ k.swapaxes(-1, -2)  # (..., Hkv, G·T, S)
    scores = scores.reshape(weights_shape)  # (..., H, T, S)
    capped = None if softcap is None else np.tanh(scores / softcap)
    if capped is not None:
        scores = softcap * capped
    if sight.bias is not None:
        scores = scores + sight.bias
    if visible is not None:
        scores = np.where(visible, scores, np.array(-np.inf, scores.dtype))
    weights = softmax(scores)
    if bad is not None:
        blinded = sees_bad_key(visible, bad, weights_shape)
        weights = np.where(blinded[..., None], np.array(np.nan, weights.dtype), weights)
    if visible is not None:
        weights = np.where(visible, weights, np.zeros((), weights.dtype))  # in rows of NaN too

    used, dropout = weights, None
    if rng is not None:
        used, dropout = dropout_forward(weights, dropout_p, rng)
    out = stack_groups(used, v) @ v  # (..., Hkv, G·T, Dv)
    out = out.reshape(*q.shape[:-1], v.shape[-1])  # (..., H, T, Dv)
    return out, AttentionSaved(q, k, v, weights, scale, capped, dropout)


@hidden_scores_are_silent
def attention_backward(
    dout: np.ndarray, saved: AttentionSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., H, T, Dv) -> dq (..., H, T, D), dk (..., Hkv, S, D), dv (..., Hkv, S, Dv)."""
    q, k, v, weights, scale, capped, dropout = saved
    dout = upstream(dout, (*q.shape[:-1], v.shape[-1]), q.dtype)
    hidden = weights == 0  # there, a gradient is 0, even if what stands there overflows
    q, bad_q = without_bad_rows(q)
    dout, bad_dout = without_bad_rows(dout)
    for bad in (bad_q, bad_dout):
        if bad is not None:
            weights = np.where(bad[..., None] & ~hidden, np.array(np.nan, weights.dtype), weights)
    dout = stack_groups(dout, v)  # (..., Hkv, G·T, Dv)

    used = weights if dropout is None else weights * dropout.keep
    dv = stack_groups(used, v).swapaxes(-1, -2) @ dout  # (..., Hkv, S, Dv)
    dweights = (dout @ v.swapaxes(-1, -2)).reshape(weights.shape)  # (..., H, T, S)
    if dropout is not None:
        dweights = dropout_backward(dweights, dropout)
    dweights[hidden] = 0
    dscores = softmax_backward(dweights, SoftmaxSaved(weights, -1))
    if capped is not None:
        dscores = dscores * (1 - capped * capped)
    dscores[hidden] = 0
    dscores = stack_groups(dscores, k)  # (..., Hkv, G·T, S)
    dk = dscores.swapaxes(-1, -2) @ stack_groups(q * scale, k)  # (..., Hkv, S, D)
    dq = (dscores @ k).reshape(q.shape) * scale  # (..., H, T, D)
    return dq, dk, dv


def stack_groups(x: np.ndarray, k: np.ndarray) -> np.ndarray:
    """x (..., H, T, N) -> (..., Hkv, G·T, N): query heads laid under the key head they share."""
    if x.ndim == 2:
        return x
    *lead, H, T, N = x.shape
    Hkv = k.shape[-3]
    return x.reshape(*lead, Hkv, H // Hkv * T, N)


def default_scale(q: np.ndarray) -> float:
    """1/√D keeps the variance of the scores at 1, whatever the width of a head."""
    return 1 / math.sqrt(max(q.shape[-1], 1))


def without_bad_keys(
    k: np.ndarray, v: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """k and v with zeros for keys that hold NaN or inf, and which (..., Hkv, S) those are.

    Either alone makes a key bad, so that forward shows what backward would meet.
    """
    bad = ~(np.isfinite(k).all(-1) & np.isfinite(v).all(-1))
    if not bad.any():
        return k, v, None
    return _emptied(k, bad), _emptied(v, bad), bad


def without_bad_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """x (..., T, N) with zeros for rows that hold NaN or inf, and which (..., T) those are."""
    bad = ~np.isfinite(x).all(-1)
    return (_emptied(x, bad), bad) if bad.any() else (x, None)


def _emptied(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.where(rows[..., None], np.zeros((), x.dtype), x)


def sees_bad_key(
    visible: np.ndarray | None, bad: np.ndarray, weights_shape: tuple[int, ...]
) -> np.ndarray:
    """-> (..., H, T): queries that may see a key with NaN or inf, and so honestly get NaN."""
    if bad.ndim > 1:
        bad = np.repeat(bad, weights_shape[-3] // bad.shape[-2], axis=-2)  # (..., H, S)
    seen = bad[..., None, :] if visible is None else bad[..., None, :] & visible
    return np.broadcast_to(seen.any(-1), weights_shape[:-1])


def check_attention_inputs(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> list[np.ndarray]:
    q, k, v = floats(q=q, k=k, v=v)
    at_least_dims("q", q, 2, "(..., H, T, D)")
    if k.ndim != q.ndim or k.shape[-1] != q.shape[-1] or k.shape[:-3] != q.shape[:-3]:
        raise ValueError(f"k must be (..., Hkv, S, D) to fit q {q.shape}, got {k.shape}")
    expect_shape("v", v, (*k.shape[:-1], v.shape[-1] if v.ndim else 0), "that of k but for Dv")
    if q.ndim > 2 and (k.shape[-3] == 0 or q.shape[-3] % k.shape[-3]):
        raise ValueError(
            f"the heads of q must be a multiple of those of k and v, "
            f"got {q.shape[-3]} and {k.shape[-3]}"
        )
    return [q, k, v]


def score_options(
    q: np.ndarray, scale: float | None, softcap: float | None
) -> tuple[float, float | None]:
    """Both as Python numbers, which leave the dtype of the scores alone."""
    if scale is None:
        scale = default_scale(q)
    if softcap is not None:
        softcap = in_range("softcap", softcap, 0, math.inf, "()")
    return in_range("scale", scale, -math.inf, math.inf, "()"), softcap
