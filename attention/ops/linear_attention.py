"""Linear attention: softmax's exp(q · k) replaced by φ(q) · φ(k), so that keys can be summed once.

Katharopoulos et al. 2020 (arXiv:2006.16236), with φ(x) = elu(x) + 1:

    out_t = φ(q_t) S_t / (φ(q_t) · z_t),   S_t = Σ_s φ(k_s) v_sᵀ,   z_t = Σ_s φ(k_s)

The sums run over all keys, or over s ≤ t where causal. Then they are a state that grows by one
term a token: `linear_attention_step` is the same function, read as a recurrence.
Backward: what a key gives to all later queries comes back summed over them.
"""

from typing import NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, underflow_is_zero, upstream


class LinearAttentionSaved(NamedTuple):
    q: np.ndarray  # (..., T, D)
    k: np.ndarray  # (..., S, D)
    v: np.ndarray  # (..., S, Dv)
    states: np.ndarray  # (..., T or 1, D, Dv), S_t
    norms: np.ndarray  # (..., T or 1, D), z_t
    is_causal: bool


class LinearAttentionState(NamedTuple):
    """All that is kept of the tokens so far, however many."""

    state: np.ndarray  # (..., D, Dv)
    norm: np.ndarray  # (..., D)


@underflow_is_zero
def linear_attention_forward(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, is_causal: bool = False
) -> tuple[np.ndarray, LinearAttentionSaved]:
    """q (..., T, D), k (..., S, D), v (..., S, Dv) -> out (..., T, Dv).

    Time and memory are linear in T and S. A query that sees no weight gets zeros.
    Raises ValueError for shapes that do not fit; causal needs T = S.
    """
    q, k, v = _check(q, k, v, is_causal)
    features = feature_map(k)
    terms = features[..., :, None] * v[..., None, :]  # (..., S, D, Dv)
    states = terms.cumsum(-3) if is_causal else terms.sum(-3, keepdims=True)
    norms = features.cumsum(-2) if is_causal else features.sum(-2, keepdims=True)
    out, _ = _read(feature_map(q), states, norms)
    return out, LinearAttentionSaved(q, k, v, states, norms, is_causal)


@underflow_is_zero
def linear_attention_backward(
    dout: np.ndarray, saved: LinearAttentionSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dout (..., T, Dv) -> dq (..., T, D), dk (..., S, D), dv (..., S, Dv)."""
    q, k, v, states, norms, is_causal = saved
    dout = upstream(dout, (*q.shape[:-1], v.shape[-1]), q.dtype)
    read, keyed = feature_map(q), feature_map(k)
    out, weight = _read(read, states, norms)
    dsum = dout / weight  # of φ(q) S
    dweight = -(dout * out).sum(-1, keepdims=True) / weight  # of φ(q) · z
    dread = _over_values(states, dsum) + dweight * norms
    dstates = read[..., :, None] * dsum[..., None, :]  # (..., T, D, Dv)
    dnorms = dweight * read
    if is_causal:  # a key is in the states of all queries from its own on
        dstates = np.flip(np.flip(dstates, -3).cumsum(-3), -3)
        dnorms = np.flip(np.flip(dnorms, -2).cumsum(-2), -2)
    else:
        dstates = dstates.sum(-3, keepdims=True)
        dnorms = dnorms.sum(-2, keepdims=True)
    dkeyed = _over_values(dstates, v) + dnorms
    dv = (keyed[..., None, :] @ dstates)[..., 0, :]
    return dread * _slope(q), dkeyed * _slope(k), dv


@underflow_is_zero
def linear_attention_step(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, past: LinearAttentionState | None = None
) -> tuple[np.ndarray, LinearAttentionState]:
    """One token, q and k (..., D), v (..., Dv), after `past` -> out (..., Dv) and the new state.

    Token by token it gives what `linear_attention_forward` gives causally.
    """
    features = feature_map(k)
    state = features[..., :, None] * v[..., None, :]
    norm = features
    if past is not None:
        state, norm = past.state + state, past.norm + norm
    out, _ = _read(feature_map(q)[..., None, :], state[..., None, :, :], norm[..., None, :])
    return out[..., 0, :], LinearAttentionState(state, norm)


def feature_map(x: np.ndarray) -> np.ndarray:
    """φ(x) = elu(x) + 1: x + 1 above zero, eˣ below; always positive."""
    below = np.exp(np.where(x.real > 0, 0, x))
    return np.where(x.real > 0, x + 1, below).astype(x.dtype)


def _slope(x: np.ndarray) -> np.ndarray:
    """φ′(x): 1 above zero, eˣ below."""
    return np.exp(np.where(x.real > 0, 0, x)).astype(x.dtype)


def _read(read: np.ndarray, states: np.ndarray, norms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean out (..., T, Dv), and its weight (..., T, 1), 1 where there is none."""
    weight = (read * norms).sum(-1, keepdims=True)
    weight = np.where(weight == 0, 1, weight).astype(read.dtype)
    return (read[..., None, :] @ states)[..., 0, :] / weight, weight


def _over_values(states: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """states (..., T or 1, D, Dv), rows (..., T, Dv) -> (..., T, D)."""
    return (states @ rows[..., :, None])[..., 0]


def _check(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, is_causal: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    q, k, v = floats(q=q, k=k, v=v)
    for name, x in (("q", q), ("k", k), ("v", v)):
        at_least_dims(name, x, 2, "(..., tokens, width)")
    expect_shape("k", k, (*q.shape[:-2], k.shape[-2], q.shape[-1]), fit=("q", q))
    expect_shape("v", v, (*k.shape[:-1], v.shape[-1]), fit=("k", k))
    if is_causal and q.shape[-2] != k.shape[-2]:
        raise ValueError(
            f"causal linear attention needs as many keys as queries, got {q.shape[-2]} queries "
            f"and {k.shape[-2]} keys; use linear_attention_step after a past"
        )
    return q, k, v
