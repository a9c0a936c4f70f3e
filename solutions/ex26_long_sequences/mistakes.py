"""What people get wrong in ex26: working functions, each with its misconception."""

import math

import numpy as np
from grader import mistake


def scores_of(q, k):
    return q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])


def tiles_of(k, v, tile, length=None):
    """Pairs of tiles of keys and values, over the first `length` keys."""
    for first in range(0, k.shape[-2] if length is None else length, tile):
        yield k[..., first : first + tile, :], v[..., first : first + tile, :]


def fresh(q, v, peak=-np.inf):
    """A running maximum, total and output for every query."""
    start = np.full((*q.shape[:-1], 1), peak, dtype=q.dtype)
    return start, np.zeros_like(start), np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)


def run(q, pairs, state, scores_of=scores_of, shrink_total=True, shrink_out=True):
    """The right pass over tiles, with a knob for each thing people forget."""
    peak, total, out = state
    for keys, values in pairs:
        scores = scores_of(q, keys)
        new_peak = np.maximum(peak, scores.max(axis=-1, keepdims=True))
        shrink = np.exp(peak - new_peak)
        p = np.exp(scores - new_peak)
        total = total * (shrink if shrink_total else 1) + p.sum(axis=-1, keepdims=True)
        out = out * (shrink if shrink_out else 1) + p @ values
        peak = new_peak
    return out / total


@mistake("you never rescale; when a larger score comes, both old sums shrink")
def never_rescales(q, k, v, tile):
    return run(q, tiles_of(k, v, tile), fresh(q, v), shrink_total=False, shrink_out=False)


@mistake("you rescale the sum of weights and forget the output; both shrink by the same factor")
def rescales_the_total_alone(q, k, v, tile):
    return run(q, tiles_of(k, v, tile), fresh(q, v), shrink_out=False)


@mistake("you rescale the output and forget the sum of weights; both shrink by the same factor")
def rescales_the_output_alone(q, k, v, tile):
    return run(q, tiles_of(k, v, tile), fresh(q, v), shrink_total=False)


@mistake("you rescale the wrong way; the factor is exp(old maximum − new maximum), at most 1")
def rescales_upwards(q, k, v, tile):
    peak, total, out = fresh(q, v)
    for keys, values in tiles_of(k, v, tile):
        scores = scores_of(q, keys)
        new_peak = np.maximum(peak, scores.max(axis=-1, keepdims=True))
        with np.errstate(over="ignore", invalid="ignore"):
            grow = np.where(np.isinf(peak), 0, np.exp(np.minimum(new_peak - peak, 700)))
        p = np.exp(scores - new_peak)
        total, out = total * grow + p.sum(axis=-1, keepdims=True), out * grow + p @ values
        peak = new_peak
    return out / total


@mistake(
    "you average the softmax of each tile, all tiles alike; the softmax runs over all keys together"
)
def average_of_tiles(q, k, v, tile):
    parts = [run(q, [pair], fresh(q, v)) for pair in tiles_of(k, v, tile)]
    return sum(parts) / len(parts)


@mistake("your output is that of the last tile; add up all tiles")
def last_tile_alone(q, k, v, tile):
    return [run(q, [pair], fresh(q, v)) for pair in tiles_of(k, v, tile)][-1]


@mistake("you divide by the running total in every tile; divide once, at the end")
def divides_in_every_tile(q, k, v, tile):
    peak, total, out = fresh(q, v)
    for keys, values in tiles_of(k, v, tile):
        scores = scores_of(q, keys)
        new_peak = np.maximum(peak, scores.max(axis=-1, keepdims=True))
        shrink, p = np.exp(peak - new_peak), np.exp(scores - new_peak)
        total = total * shrink + p.sum(axis=-1, keepdims=True)
        out = (out * shrink + p @ values) / total
        peak = new_peak
    return out


@mistake("you drop the last tile when it is not full; tiles need not divide the number of keys")
def drops_the_ragged_tile(q, k, v, tile):
    tile = min(tile, k.shape[-2])
    whole = k.shape[-2] // tile * tile
    return run(q, tiles_of(k, v, tile, whole), fresh(q, v))


@mistake("you fill the last tile up with zero keys, and they take weight; cut the tile short")
def pads_with_zero_keys(q, k, v, tile):
    missing = -k.shape[-2] % tile
    pad = [(0, 0)] * (k.ndim - 2) + [(0, missing), (0, 0)]
    return run(q, tiles_of(np.pad(k, pad), np.pad(v, pad), tile), fresh(q, v))


@mistake("you walk over the keys up to the number of queries; there may be more or fewer keys")
def as_many_keys_as_queries(q, k, v, tile):
    length = min(q.shape[-2], k.shape[-2])
    return run(q, tiles_of(k[..., :length, :], v[..., :length, :], tile), fresh(q, v))


@mistake("you show each query the past alone; this exercise has no mask")
def causal(q, k, v, tile):
    scores = scores_of(q, k)
    scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True) @ v


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the keys")
def softmax_over_queries(q, k, v, tile):
    out = np.zeros((*q.shape[:-1], v.shape[-1]), dtype=q.dtype)
    for keys, values in tiles_of(k, v, tile):
        scores = scores_of(q, keys)
        p = np.exp(scores - scores.max(axis=-2, keepdims=True))
        out += p / p.sum(axis=-2, keepdims=True) @ values
    return out


@mistake("your scores have no scale; divide them by √d")
def no_scale(q, k, v, tile):
    return run(q * math.sqrt(q.shape[-1]), tiles_of(k, v, tile), fresh(q, v))


@mistake("you divide the scores by d; divide by √d")
def scale_by_d(q, k, v, tile):
    return run(q / math.sqrt(q.shape[-1]), tiles_of(k, v, tile), fresh(q, v))


@mistake("you scale by the width of the values; the scale is that of the keys, 1/√d")
def scale_by_value_width(q, k, v, tile):
    factor = math.sqrt(q.shape[-1] / v.shape[-1])
    return run(q * factor, tiles_of(k, v, tile), fresh(q, v))


@mistake(
    "you start the running maximum at 0, and rows far below it underflow to nothing; start at −∞"
)
def maximum_starts_at_zero(q, k, v, tile):
    with np.errstate(invalid="ignore"):
        return run(q, tiles_of(k, v, tile), fresh(q, v, peak=0))


@mistake("you take exponentials of raw scores, which overflow; subtract the running maximum")
def no_maximum(q, k, v, tile):
    _, total, out = fresh(q, v)
    for keys, values in tiles_of(k, v, tile):
        p = np.exp(scores_of(q, keys))
        total, out = total + p.sum(axis=-1, keepdims=True), out + p @ values
    return out / total


@mistake(
    "your maximum is that of the last tile, and the factor overflows when it falls; keep the "
    "largest score so far"
)
def maximum_of_the_last_tile(q, k, v, tile):
    peak, total, out = fresh(q, v)
    for keys, values in tiles_of(k, v, tile):
        scores = scores_of(q, keys)
        new_peak = scores.max(axis=-1, keepdims=True)
        shrink, p = np.exp(peak - new_peak), np.exp(scores - new_peak)
        total, out = total * shrink + p.sum(axis=-1, keepdims=True), out * shrink + p @ values
        peak = new_peak
    return out / total


@mistake(
    "your memory grows with the square of the length, as the whole n × n array, or all of "
    "its tiles, would; use each tile and forget it"
)
def the_whole_square(q, k, v, tile):
    scores = scores_of(q, k)
    p = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True) @ v


@mistake("you return float64 for float32; np.sqrt(d) and arrays made without a dtype widen it")
def promotes_float32(q, k, v, tile):
    return run(q.astype(np.float64), tiles_of(k, v, tile), fresh(q.astype(np.float64), v))


@mistake("you scale the caller's queries in place; the inputs must not change")
def changes_the_queries(q, k, v, tile):
    q /= math.sqrt(q.shape[-1])
    return run(q, tiles_of(k, v, tile), fresh(q, v), scores_of=lambda q, k: q @ k.swapaxes(-1, -2))


@mistake(
    "you average the softmax of each tile by its number of keys; the softmax runs over all "
    "keys together"
)
def average_of_tiles_by_their_keys(q, k, v, tile):
    parts = [
        run(q, [(keys, values)], fresh(q, v)) * (keys.shape[-2] / k.shape[-2])
        for keys, values in tiles_of(k, v, tile)
    ]
    return sum(parts)
