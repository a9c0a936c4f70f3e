"""What people get wrong in ex40: working functions, each with its misconception."""

import math

import numpy as np
from grader import mistake


def tiles(length, tile):
    return [slice(first, min(first + tile, length)) for first in range(0, length, tile)]


def weights(q, keys, log_sum_exp):
    return np.exp(q @ keys.mT / math.sqrt(q.shape[-1]) - log_sum_exp[..., None])


def row_sum(dout, out):
    return (dout * out).sum(axis=-1, keepdims=True)


def run(
    dout, q, k, v, out, log_sum_exp, tile,
    weights=weights, through=None, shared=None, length=None, tile_scale=None,
):  # fmt: skip
    """The right pass over tiles of keys, with a place for each thing people get wrong."""
    scale = 1 / math.sqrt(q.shape[-1]) if tile_scale is None else tile_scale
    shared = row_sum(dout, out) if shared is None else shared
    dq, dk, dv = np.zeros_like(q), np.zeros_like(k), np.zeros_like(v)
    for at in tiles(k.shape[-2] if length is None else length, tile):
        keys, values = k[..., at, :], v[..., at, :]
        p, dp = weights(q, keys, log_sum_exp), dout @ values.mT
        ds = scale * (p * (dp - shared) if through is None else through(p, dp, shared))
        dv[..., at, :] = p.mT @ dout
        dq += ds @ keys
        dk[..., at, :] = ds.mT @ q
    return dq, dk, dv


# The weights


@mistake("you take a softmax of each tile by itself; the weights are exp(scores − log_sum_exp)")
def softmax_of_the_tile(dout, q, k, v, out, log_sum_exp, tile):
    def of_tile(q, keys, _):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return p / p.sum(axis=-1, keepdims=True)

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=of_tile)


@mistake("your weights are plain exponentials of the scores; subtract log_sum_exp first")
def not_normalised(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, 0 * log_sum_exp, tile)


@mistake("you divide by log_sum_exp; it is a logarithm, so it is subtracted inside the exponential")
def divided_by_the_logarithm(dout, q, k, v, out, log_sum_exp, tile):
    def divided(q, keys, total):
        return np.exp(q @ keys.mT / math.sqrt(q.shape[-1])) / total[..., None]

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=divided)


@mistake("you divide exp(scores) by exp(log_sum_exp), which overflow; subtract before exp")
def exponentials_before_the_difference(dout, q, k, v, out, log_sum_exp, tile):
    def divided(q, keys, total):
        scores = q @ keys.mT / math.sqrt(q.shape[-1])
        return np.exp(scores) / np.exp(total)[..., None]

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=divided)


@mistake("your scores have no scale when you make the weights anew; divide them by √d")
def weights_without_scale(dout, q, k, v, out, log_sum_exp, tile):
    def unscaled(q, keys, total):
        return np.exp(q @ keys.mT - total[..., None])

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=unscaled)


@mistake("you scale after subtracting log_sum_exp; it belongs to the scaled scores, so scale first")
def scale_after_the_difference(dout, q, k, v, out, log_sum_exp, tile):
    def late(q, keys, total):
        return np.exp((q @ keys.mT - total[..., None]) / math.sqrt(q.shape[-1]))

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=late)


@mistake("you use the logarithms of the weights as weights; take the exponential")
def logarithms_of_the_weights(dout, q, k, v, out, log_sum_exp, tile):
    def logarithms(q, keys, total):
        return q @ keys.mT / math.sqrt(q.shape[-1]) - total[..., None]

    return run(dout, q, k, v, out, log_sum_exp, tile, weights=logarithms)


@mistake("you show each query the past alone; this exercise has no mask")
def causal(dout, q, k, v, out, log_sum_exp, tile):
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    p = np.exp(scores - log_sum_exp[..., None]) * np.tri(*scores.shape[-2:], dtype=q.dtype)
    ds = p * (dout @ v.mT - row_sum(dout, out)) / math.sqrt(q.shape[-1])
    return ds @ k, ds.mT @ q, p.mT @ dout


@mistake("you subtract the largest score in place of log_sum_exp; the weights then miss their sum")
def largest_score_alone(dout, q, k, v, out, log_sum_exp, tile):
    top = (q @ k.mT).max(axis=-1) / math.sqrt(q.shape[-1])
    return run(dout, q, k, v, out, top, tile)


# The sum of the row


@mistake("your softmax backward sums over the tile alone; the sum runs over all keys: dout · out")
def sum_of_the_tile(dout, q, k, v, out, log_sum_exp, tile):
    def through(p, dp, _):
        return p * (dp - (p * dp).sum(axis=-1, keepdims=True))

    return run(dout, q, k, v, out, log_sum_exp, tile, through=through)


@mistake("you subtract the sum over the tiles so far; early tiles then miss what comes later")
def sum_so_far(dout, q, k, v, out, log_sum_exp, tile):
    so_far = np.zeros_like(dout[..., :1])

    def through(p, dp, _):
        so_far[...] += (p * dp).sum(axis=-1, keepdims=True)
        return p * (dp - so_far)

    return run(dout, q, k, v, out, log_sum_exp, tile, through=through)


@mistake("your softmax backward has no sum term: every score moves every weight of its row")
def no_sum_term(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, shared=0)


@mistake("you take the mean of dout · out over the features; it must be their sum")
def mean_for_the_sum(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, shared=row_sum(dout, out) / v.shape[-1])


@mistake("you subtract one sum for the whole array; each query has a sum of its own")
def one_sum_for_all(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, shared=np.sum(dout * out))


@mistake("your sum of the row is dout · dout; it is dout · out, the output of the forward pass")
def upstream_with_itself(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, shared=row_sum(dout, dout))


@mistake("you add the sum of the row to dp; the softmax's backward pass subtracts it")
def sum_added(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, shared=-row_sum(dout, out))


@mistake("you subtract the sum outside the bracket: ds is p (dp − sum), not p dp − sum")
def sum_outside_the_bracket(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, through=lambda p, dp, s: p * dp - s)


@mistake("you use p (1 − p), the derivative of a sigmoid; a softmax couples all keys of a row")
def sigmoid_derivative(dout, q, k, v, out, log_sum_exp, tile):
    return run(
        dout, q, k, v, out, log_sum_exp, tile, through=lambda p, dp, _: p * (1 - p) * dp
    )  # fmt: skip


@mistake("you pass dp on to the scores; the softmax between is not undone")
def softmax_skipped(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, through=lambda p, dp, _: dp)


# The scale


@mistake("the factor 1/√d of the forward pass is missing from your {outputs}", outputs=("dq", "dk"))
def no_scale(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, tile_scale=1)


@mistake(
    "the scale stands twice in your {outputs}, as 1/d; the forward pass scaled once, by 1/√d",
    outputs=("dq", "dk"),
)
def scaled_twice(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, tile_scale=1 / q.shape[-1])


@mistake("your dk is scaled twice: where q has its 1/√d already, ds does not need it")
def dk_scaled_twice(dout, q, k, v, out, log_sum_exp, tile):
    dq, dk, dv = run(dout, q, k, v, out, log_sum_exp, tile)
    return dq, dk / math.sqrt(q.shape[-1]), dv


@mistake("your dq lacks the factor 1/√d, your dk has it; both come from the scaled scores")
def dq_not_scaled(dout, q, k, v, out, log_sum_exp, tile):
    dq, dk, dv = run(dout, q, k, v, out, log_sum_exp, tile)
    return dq * math.sqrt(q.shape[-1]), dk, dv


# Tiles


@mistake("your dq is that of the last tile; every tile of keys adds to it")
def last_tile_alone(dout, q, k, v, out, log_sum_exp, tile):
    _, dk, dv = run(dout, q, k, v, out, log_sum_exp, tile)
    at = tiles(k.shape[-2], tile)[-1]
    return run(dout, q, k[..., at, :], v[..., at, :], out, log_sum_exp, tile)[0], dk, dv


@mistake(
    "the last tile of queries alone is in your {outputs}; every query adds its share",
    outputs=("dk", "dv"),
)
def last_queries_alone(dout, q, k, v, out, log_sum_exp, tile):
    dq, _, _ = run(dout, q, k, v, out, log_sum_exp, tile)
    at = tiles(q.shape[-2], tile)[-1]
    rows = (array[..., at, :] for array in (dout, q))
    _, dk, dv = run(*rows, k, v, out[..., at, :], log_sum_exp[..., at], tile)
    return dq, dk, dv


@mistake("you drop the last tile when it is not full; tiles need not divide the number of keys")
def drops_the_ragged_tile(dout, q, k, v, out, log_sum_exp, tile):
    tile = min(tile, k.shape[-2])
    length = k.shape[-2] // tile * tile
    return run(dout, q, k, v, out, log_sum_exp, tile, length=length)


@mistake("you walk over the keys up to the number of queries; there may be more or fewer keys")
def as_many_keys_as_queries(dout, q, k, v, out, log_sum_exp, tile):
    length = min(q.shape[-2], k.shape[-2])
    return run(dout, q, k, v, out, log_sum_exp, tile, length=length)


@mistake(
    "your memory grows with the square of the length, as the whole n × n array, or all of "
    "its tiles, would; use each tile and forget it"
)
def the_whole_square(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, k.shape[-2])


# The rest


@mistake("your dv comes from the gradient of the scores; it is the weights times dout")
def dv_from_dscores(dout, q, k, v, out, log_sum_exp, tile):
    dq, dk, _ = run(dout, q, k, v, out, log_sum_exp, tile)
    p = weights(q, k, log_sum_exp)
    return dq, dk, (p * (dout @ v.mT - row_sum(dout, out))).mT @ dout


@mistake(
    "a mean over the queries stands in your {outputs}; gradients add up over every use of a key",
    outputs=("dk", "dv"),
)
def mean_over_queries(dout, q, k, v, out, log_sum_exp, tile):
    dq, dk, dv = run(dout, q, k, v, out, log_sum_exp, tile)
    return dq, dk / q.shape[-2], dv / q.shape[-2]


@mistake("you treat the weights as constants: your dq and dk are zero")
def weights_are_constants(dout, q, k, v, out, log_sum_exp, tile):
    return run(dout, q, k, v, out, log_sum_exp, tile, tile_scale=0)


@mistake("you return dq, dv, dk; the order of the inputs is q, k, v")
def wrong_order(dout, q, k, v, out, log_sum_exp, tile):
    dq, dk, dv = run(dout, q, k, v, out, log_sum_exp, tile)
    return dq, dv, dk


@mistake("you send out back through the layer; what comes back is dout, the gradient at the output")
def out_for_dout(dout, q, k, v, out, log_sum_exp, tile):
    return run(out, q, k, v, out, log_sum_exp, tile)


@mistake("you ignore dout and give the gradients of sum(out)")
def dout_ignored(dout, q, k, v, out, log_sum_exp, tile):
    return run(np.ones_like(dout), q, k, v, out, log_sum_exp, tile)


@mistake("you return float64 for float32; np.sqrt(d) and arrays made without a dtype widen it")
def promotes_float32(dout, q, k, v, out, log_sum_exp, tile):
    wide = [np.asarray(array, np.float64) for array in (dout, q, k, v, out, log_sum_exp)]
    return run(*wide, tile)


@mistake("you scale the caller's queries in place; the inputs must not change")
def changes_the_queries(dout, q, k, v, out, log_sum_exp, tile):
    gradients = run(dout, q, k, v, out, log_sum_exp, tile)
    q /= math.sqrt(q.shape[-1])
    return gradients
