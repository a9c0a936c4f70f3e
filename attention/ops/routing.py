"""Routing: which k experts a token goes to, and the two losses that keep the experts busy.

Top-k gates as in Mixtral (arXiv:2401.04088), section 2.1: softmax over the chosen logits alone.
The choice itself has no gradient; the gates of the chosen have. The balance loss is equation 4 of
the Switch Transformer (arXiv:2101.03961), the z loss equation 5 of ST-MoE (arXiv:2202.08906).

With p the softmax of a row of N, and L its log sum of exponentials, whose gradient is p:

    gates     dlogits = g ⊙ (dg − g · dg), on the chosen alone
    balance   dlogits = X p ⊙ (f − f · p) / N
    z         dlogits = 2 L p / N
"""

from typing import Any, NamedTuple

import numpy as np

from .checks import count, expect_shape, floats, integers, underflow_is_zero, upstream
from .softmax import finite_max, softmax


class RoutingSaved(NamedTuple):
    gates: np.ndarray  # (N, k)
    experts: np.ndarray  # (N, k), ids, the likeliest first
    logits_shape: tuple[int, ...]  # (N, X)


@underflow_is_zero
def top_k_routing_forward(logits: np.ndarray, k: int) -> tuple[np.ndarray, RoutingSaved]:
    """logits (N, X) -> gates (N, k), each row summing to 1; `saved.experts` (N, k) says whose.

    Of equal logits the first expert is taken. Raises ValueError for k above the experts.
    """
    logits = _check_logits(logits)
    k, X = count("k", k, 1), logits.shape[1]
    if k > X:
        raise ValueError(f"k must be at most the number of experts, {X}, got {k}")
    experts = np.argsort(-logits.real, axis=1, kind="stable")[:, :k]
    gates = softmax(np.take_along_axis(logits, experts, 1))
    return gates, RoutingSaved(gates.copy(), experts, logits.shape)


@underflow_is_zero
def top_k_routing_backward(dout: np.ndarray, saved: RoutingSaved) -> np.ndarray:
    """dout (N, k), of the gates -> dlogits (N, X), zero for experts not chosen."""
    gates, experts, shape = saved
    dout = upstream(dout, gates.shape, gates.dtype)
    dlogits = np.zeros(shape, gates.dtype)
    dchosen = gates * (dout - (dout * gates).sum(1, keepdims=True))
    np.put_along_axis(dlogits, experts, dchosen, 1)
    return dlogits


class BalanceSaved(NamedTuple):
    p: np.ndarray  # (N, X)
    shares: np.ndarray  # (X,), f: of the choices that fell on each expert


@underflow_is_zero
def balance_loss_forward(logits: np.ndarray, experts: Any) -> tuple[np.floating, BalanceSaved]:
    """logits (N, X), experts (N, k) chosen ids -> X Σ_x f_x P_x, 1 if both are even.

    f is the share of choices, P the mean probability; the gradient goes through P alone.
    """
    logits = _check_logits(logits)
    experts = integers("experts", experts)
    N, X = logits.shape
    if experts.ndim != 2 or len(experts) != N:
        raise ValueError(f"experts must have shape ({N}, k), got {experts.shape}")
    if experts.size and not 0 <= experts.min() <= experts.max() < X:
        raise ValueError(f"experts must lie in 0 … {X - 1}, got {experts.min()} … {experts.max()}")
    p = softmax(logits)
    shares = np.bincount(experts.ravel(), minlength=X) / max(experts.size, 1)
    shares = shares.astype(logits.real.dtype)
    loss = X * (shares * p.sum(0)).sum() / max(N, 1)
    return loss.astype(logits.dtype), BalanceSaved(p, shares)


@underflow_is_zero
def balance_loss_backward(dout: Any, saved: BalanceSaved) -> np.ndarray:
    """dout, a scalar -> dlogits (N, X)."""
    p, shares = saved
    expect_shape("dout", np.asarray(dout), (), "one number, as the loss is")
    N, X = p.shape
    centred = shares - (p * shares).sum(1, keepdims=True)
    return p * centred * p.dtype.type(dout * X / max(N, 1))


class ZLossSaved(NamedTuple):
    p: np.ndarray  # (N, X)
    log_sums: np.ndarray  # (N, 1)


@underflow_is_zero
def z_loss_forward(logits: np.ndarray) -> tuple[np.floating, ZLossSaved]:
    """logits (N, X) -> the mean of (log Σ exp)², which keeps them small."""
    logits = _check_logits(logits)
    top = finite_max(logits, 1)
    e = np.exp(logits - top)
    total = e.sum(1, keepdims=True)
    log_sums = top + np.log(total)
    loss = (log_sums**2).sum() / max(len(logits), 1)
    return loss.astype(logits.dtype), ZLossSaved(e / total, log_sums)


@underflow_is_zero
def z_loss_backward(dout: Any, saved: ZLossSaved) -> np.ndarray:
    """dout, a scalar -> dlogits (N, X)."""
    p, log_sums = saved
    expect_shape("dout", np.asarray(dout), (), "one number, as the loss is")
    return p * log_sums * p.dtype.type(2 * dout / max(len(p), 1))


def _check_logits(logits: np.ndarray) -> np.ndarray:
    (logits,) = floats(logits=logits)
    if logits.ndim != 2 or logits.shape[1] == 0:
        raise ValueError(
            f"logits must have shape (N, experts), one expert or more, got {logits.shape}"
        )
    return logits
