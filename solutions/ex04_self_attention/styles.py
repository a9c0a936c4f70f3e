"""Right answers to ex04 in other styles."""

import math

import numpy as np
from grader import style


@style("loops")
def with_loops(x, w_q, w_k, w_v, mask=None):
    q, k, v = x @ w_q, x @ w_k, x @ w_v
    n, d_k = q.shape[-2:]
    out = np.zeros_like(v)
    allowed = np.broadcast_to(True if mask is None else mask, (*q.shape[:-1], n))
    for at in np.ndindex(q.shape[:-1]):
        lead = at[:-1]
        keys = [j for j in range(n) if allowed[at][j]]
        if not keys:
            continue
        scores = [float(q[at] @ k[lead][j]) / math.sqrt(d_k) for j in keys]
        e = [math.exp(s - max(scores)) for s in scores]
        for j, share in zip(keys, e):
            out[at] += share / sum(e) * v[lead][j]
    return out


@style("einsum")
def with_einsum(x, w_q, w_k, w_v, mask=None):
    q = np.einsum("...nd,de->...ne", x, w_q)
    k = np.einsum("...nd,de->...ne", x, w_k)
    v = np.einsum("...nd,de->...ne", x, w_v)
    scores = np.einsum("...ie,...je->...ij", q, k) * float(q.shape[-1]) ** -0.5
    allowed = np.ones((), dtype=bool) if mask is None else np.asarray(mask)
    scores = np.where(allowed, scores, np.finfo(scores.dtype).min)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * allowed
    total = e.sum(axis=-1)
    total[total == 0] = 1
    return np.einsum("...ij,...jc->...ic", e / total[..., None], v)


@style("in place on own arrays, Fortran order")
def in_place(x, w_q, w_k, w_v, mask=None):
    q, v = np.asfortranarray(x @ w_q), x @ w_v
    q /= math.sqrt(w_q.shape[1])
    scores = q @ np.swapaxes(x @ w_k, -1, -2)
    allowed = np.ones(scores.shape, dtype=bool)
    if mask is not None:
        allowed &= mask
    scores[~allowed] = -np.inf
    lonely = ~allowed.any(axis=-1)
    scores[lonely] = 0
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    scores[lonely] = 0
    return scores @ v


@style("one matrix in place of the two projections")
def with_merged_projection(x, w_q, w_k, w_v, mask=None):
    merged = w_q @ w_k.T / math.sqrt(w_q.shape[1])
    scores = x @ merged @ np.swapaxes(x, -1, -2)
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    top[np.isneginf(top)] = 0
    e = np.exp(scores - top)
    return (e @ (x @ w_v)) / np.where(np.any(e, -1, keepdims=True), e.sum(-1, keepdims=True), 1)
