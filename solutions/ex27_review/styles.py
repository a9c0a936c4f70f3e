"""Right answers to ex27 in other styles; each must pass."""

import math

import numpy as np
from grader import style


def _softmax_in_place(scores):
    scores -= np.max(scores, axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= np.sum(scores, axis=-1, keepdims=True)
    return scores


@style("einsum", replaces="one_matrix_attention")
def listing_1_with_einsum(x, w_q, w_k):
    scores = np.einsum("...id,dk,ek,...je->...ij", x, w_q, w_k, x, optimize=True)
    weights = _softmax_in_place(scores * np.array(w_q.shape[1] ** -0.5, dtype=x.dtype))
    return np.einsum("...ij,...jd->...id", weights, x)


@style("one-hot product for the look-up", replaces="embedding_attention")
def listing_2_with_one_hot(ids, table, w_q, w_k, w_v):
    one_hot = (ids[..., None] == np.arange(len(table))).astype(table.dtype)
    query, key, value = (one_hot @ (table @ w) for w in (w_q, w_k, w_v))
    query = query / np.sqrt(np.array(key.shape[-1], dtype=key.dtype))
    return _softmax_in_place(query @ key.swapaxes(-1, -2)) @ value


@style("loops", replaces="batched_attention")
def listing_3_with_loops(x, mask=None):
    batch, n, d = x.shape
    allowed = np.broadcast_to(True if mask is None else mask, (batch, n, n))
    out = np.zeros_like(x)
    for b in range(batch):
        for i in range(n):
            keys = [j for j in range(n) if allowed[b, i, j]]
            if not keys:
                continue
            scores = [float(x[b, i] @ x[b, j]) / math.sqrt(d) for j in keys]
            e = [math.exp(score - max(scores)) for score in scores]
            for j, share in zip(keys, e):
                out[b, i] += share / sum(e) * x[b, j]
    return out


@style("the extra axis kept, then squeezed", replaces="batched_attention")
def listing_3_with_the_axis(x, mask=None):
    q = k = v = np.expand_dims(x, axis=1)
    scores = np.matmul(q, k.transpose(0, 1, 3, 2)) / np.sqrt(x.shape[-1]).astype(x.dtype)
    keep = np.ones(scores.shape, dtype=bool)
    if mask is not None:
        keep &= np.broadcast_to(mask, x.shape[:2] + x.shape[1:2])[:, None]
    scores[~keep] = np.finfo(x.dtype).min
    weights = _softmax_in_place(scores) * keep
    return np.matmul(weights, v).sum(axis=1)


@style("columns, Fortran order", replaces="formula_attention")
def listing_4_in_columns(x, w0, b0, w1, b1, w_q, w_k, w_v):
    columns = np.asfortranarray(np.swapaxes(x, -1, -2))
    e = w1.T @ np.maximum(w0.T @ columns + b0[:, None], 0) + b1[:, None]
    q, k, v = w_q.T @ e, w_k.T @ e, w_v.T @ e
    scores = np.swapaxes(q, -1, -2) @ k / math.sqrt(w_k.shape[1])
    return np.swapaxes(v @ np.swapaxes(_softmax_in_place(scores), -1, -2), -1, -2)
