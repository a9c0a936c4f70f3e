"""Right answers to ex21 in other styles."""

import math

import numpy as np
from grader import style


@style("plain loops")
def attention_pool(x, w, lengths):
    out = np.zeros((x.shape[0], x.shape[2]), dtype=x.dtype)
    for row, length in enumerate(lengths):
        scores = [sum(float(a) * float(b) for a, b in zip(x[row, i], w)) for i in range(length)]
        weights = [math.exp(score - max(scores)) for score in scores]
        for i, weight in enumerate(weights):
            for j in range(x.shape[2]):
                out[row, j] += weight / sum(weights) * x[row, i, j]
    return out


@style("einsum and a masked array")
def pool_with_a_masked_array(x, w, lengths):
    real = np.arange(x.shape[1])[None] < np.asarray(lengths)[:, None]
    scores = np.ma.masked_array(np.einsum("bnd,d->bn", x, w), ~real)
    peak = scores.max(axis=1).filled(0)
    p = np.exp(np.ma.filled(scores - peak[:, None], -np.inf))
    total = np.einsum("bn->b", p)
    total[total == 0] = 1
    return np.einsum("bn,bnd->bd", p / total[:, None], x)


@style("session by session, in place on a Fortran copy")
def pool_session_by_session(x, w, lengths):
    out = np.zeros_like(x[:, 0])
    for events, length, row in zip(np.asfortranarray(x), lengths, out):
        if length:
            scores = events[:length] @ w
            scores -= scores.max()
            np.exp(scores, out=scores)
            scores /= scores.sum()
            np.matmul(scores, events[:length], out=row)
    return out
