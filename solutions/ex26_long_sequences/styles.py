"""Right answers to ex26 in other styles."""

import math

import numpy as np
from grader import style


@style("plain loops, one key at a time")
def tiled_attention(q, k, v, tile):
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    scale = 1 / math.sqrt(q.shape[-1])
    for place in np.ndindex(q.shape[:-1]):
        batch, query = place[:-1], q[place].tolist()
        peak, total, mixed = -math.inf, 0.0, [0.0] * v.shape[-1]
        for first in range(0, k.shape[-2], tile):
            keys = k[batch][first : first + tile].tolist()
            values = v[batch][first : first + tile].tolist()
            for key, value in zip(keys, values):
                score = scale * sum(a * b for a, b in zip(query, key))
                shrink = math.exp(min(peak - score, 0))
                if score > peak:
                    total, mixed, peak = total * shrink, [x * shrink for x in mixed], score
                weight = math.exp(score - peak)
                total += weight
                mixed = [x + weight * y for x, y in zip(mixed, value)]
        out[place] = [x / total for x in mixed]
    return out


@style("einsum, two passes: first the log-sum-exp, then the output")
def two_passes(q, k, v, tile):
    scale = q.dtype.type(1 / math.sqrt(q.shape[-1]))
    starts = range(0, k.shape[-2], tile)

    def scores(first):
        return scale * np.einsum("...nd,...md->...nm", q, k[..., first : first + tile, :])

    log_total = np.full((*q.shape[:-1], 1), -np.inf, dtype=q.dtype)
    for first in starts:
        s = scores(first)
        top = s.max(axis=-1, keepdims=True)
        of_tile = top + np.log(np.exp(s - top).sum(axis=-1, keepdims=True))
        log_total = np.logaddexp(log_total, of_tile)
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    for first in starts:
        p = np.exp(scores(first) - log_total)
        out += np.einsum("...nm,...me->...ne", p, v[..., first : first + tile, :])
    return out


@style("keys in tiles for all queries, in place on its own copies")
def in_place_over_key_tiles(q, k, v, tile):
    q = np.multiply(q, 1 / math.sqrt(q.shape[-1]), dtype=q.dtype)
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype, order="F")
    total = np.zeros((*q.shape[:-1], 1), dtype=q.dtype)
    peak = np.full_like(total, -np.inf)
    for first in range(0, k.shape[-2], tile):
        p = q @ k[..., first : first + tile, :].swapaxes(-1, -2)
        new_peak = np.maximum(peak, p.max(axis=-1, keepdims=True))
        np.exp(np.subtract(p, new_peak, out=p), out=p)
        shrink = np.exp(peak - new_peak)
        total *= shrink
        total += p.sum(axis=-1, keepdims=True)
        out *= shrink
        out += p @ v[..., first : first + tile, :]
        peak = new_peak
    out /= total
    return out


@style("rows in tiles, all keys at once")
def query_tiles(q, k, v, tile):
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    for first in range(0, q.shape[-2], tile):
        scores = q[..., first : first + tile, :] @ k.swapaxes(-1, -2) / math.sqrt(q.shape[-1])
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        out[..., first : first + tile, :] = p / p.sum(axis=-1, keepdims=True) @ v
    return out


@style("tiles of queries and of keys, as fast hardware wants them")
def square_tiles(q, k, v, tile):
    out = np.empty((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    for first in range(0, q.shape[-2], tile):
        rows = slice(first, first + tile)
        out[..., rows, :] = in_place_over_key_tiles(q[..., rows, :], k, v, tile)
    return out
