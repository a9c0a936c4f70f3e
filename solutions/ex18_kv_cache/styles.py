"""Right answers to ex18 in other styles: other caches, other orders of work."""

import math

import numpy as np
from grader import style


@style("a list of steps, einsum")
def attend_one(q, k, v, cache):
    cache = [*(cache or []), (k, v)]
    keys, values = (np.stack(column) for column in zip(*cache))
    scores = np.einsum("...d,t...d->t...", q, keys) / math.sqrt(q.shape[-1])
    p = np.exp(scores - scores.max(axis=0))
    return np.einsum("t...,t...e->...e", p / p.sum(axis=0), values), cache


@style("plain loops over the leading axes")
def attend_one_with_loops(q, k, v, cache):
    past = (cache or []) + [(k.copy(), v.copy())]
    out = np.zeros(v.shape, v.dtype)
    for place in np.ndindex(q.shape[:-1]):
        scores = [
            sum(float(a) * float(b) for a, b in zip(q[place], key[place])) / math.sqrt(q.shape[-1])
            for key, _ in past
        ]
        peak = max(scores)
        weights = [math.exp(score - peak) for score in scores]
        for weight, (_, value) in zip(weights, past):
            out[place] += weight / sum(weights) * value[place]
    return out, past


@style("a buffer in Fortran order that doubles when full, changed in place")
def attend_one_in_a_buffer(q, k, v, cache):
    if cache is None:
        cache = {
            "length": 0,
            "keys": np.zeros((*k.shape, 2), k.dtype, order="F"),
            "values": np.zeros((*v.shape, 2), v.dtype, order="F"),
        }
    at = cache["length"]
    for name, new in (("keys", k), ("values", v)):
        if at == cache[name].shape[-1]:
            cache[name] = np.concatenate([cache[name], np.zeros_like(cache[name])], axis=-1)
        cache[name][..., at] = new
    cache["length"] = at + 1
    keys, values = cache["keys"][..., : at + 1], cache["values"][..., : at + 1]
    scores = np.sum(keys * q[..., None], axis=-2) / math.sqrt(q.shape[-1])
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    p /= p.sum(axis=-1, keepdims=True)
    return np.sum(values * p[..., None, :], axis=-1), cache
