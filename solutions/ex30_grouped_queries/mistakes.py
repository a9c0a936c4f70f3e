"""What people get wrong in ex30: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake

BACKWARD = "grouped_attention_backward"


def _repeat(x, heads):
    return np.repeat(x, heads // x.shape[-3], axis=-3)


def _softmax(scores, mask=None, axis=-1):
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(-np.inf))
    top = scores.max(axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis, keepdims=True)
    return e / np.where(total > 0, total, 1)


def _attend(q, k, v, mask=None, scale=None):
    """With keys and values that have as many heads as the queries."""
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    weights = _softmax(q @ k.mT * scale, mask)
    return weights @ v, weights


def _right(q, k, v, mask=None, scale=None):
    return _attend(q, _repeat(k, q.shape[-3]), _repeat(v, q.shape[-3]), mask, scale)


@mistake(
    "your query head h reads key head h % G, as np.tile lays them; neighbours share a key head, so "
    "it is h // (H / G), as np.repeat lays them"
)
def heads_dealt_in_turn(q, k, v, mask=None):
    turn = np.arange(q.shape[-3]) % k.shape[-3]
    return _attend(q, k[..., turn, :, :], v[..., turn, :, :], mask)


@mistake(
    "your values are shared in another order than your keys: query head h takes both from head "
    "h // (H / G)"
)
def values_dealt_in_turn(q, k, v, mask=None):
    turn = np.arange(q.shape[-3]) % k.shape[-3]
    return _attend(q, _repeat(k, q.shape[-3]), v[..., turn, :, :], mask)


@mistake("your query heads all read the first key head; each group has a key head of its own")
def first_head_for_all(q, k, v, mask=None):
    return _attend(q, k[..., :1, :, :], v[..., :1, :, :], mask)


@mistake(
    "you lay the query heads in the order of (H / G, G); neighbouring heads form a group, so "
    "the split is (G, H / G)"
)
def split_the_other_way(q, k, v, mask=None):
    order = np.arange(q.shape[-3]).reshape(-1, k.shape[-3]).T.reshape(-1)
    out, weights = _right(q[..., order, :, :], k, v, mask)
    return out, weights


@mistake(
    "your softmax runs over the keys of all heads of a group together; each query head has a "
    "softmax of its own"
)
def one_softmax_for_a_group(q, k, v, mask=None):
    groups, heads = k.shape[-3], q.shape[-3]
    scores = q @ _repeat(k, heads).mT * q.shape[-1] ** -0.5
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(-np.inf))
    split = scores.reshape(*q.shape[:-3], groups, heads // groups, *scores.shape[-2:])
    weights = _softmax(split, axis=(-3, -1)).reshape(scores.shape)
    return weights @ _repeat(v, heads), weights


@mistake(
    "you average the queries of a group before the scores; the query heads stay apart, only keys "
    "and values are shared"
)
def queries_averaged(q, k, v, mask=None):
    groups, heads = k.shape[-3], q.shape[-3]
    split = q.reshape(*q.shape[:-3], groups, heads // groups, *q.shape[-2:])
    return _right(_repeat(split.mean(axis=-3), heads), k, v, mask)


@mistake("your scores are not scaled; divide them by the square root of d, the width of a key")
def no_scale(q, k, v, mask=None):
    return _right(q, k, v, mask, scale=1)


@mistake("your scores are divided by d; they must be divided by its square root")
def scale_by_d(q, k, v, mask=None):
    return _right(q, k, v, mask, scale=1 / q.shape[-1])


@mistake(
    "your scale is that of the whole model width, 1/√(H d); each head has keys of width d, so it "
    "is 1/√d"
)
def scale_of_the_model(q, k, v, mask=None):
    return _right(q, k, v, mask, scale=(q.shape[-3] * q.shape[-1]) ** -0.5)


@mistake("your scale is the square root of the width of the values; it must be that of the keys")
def scale_by_the_values_width(q, k, v, mask=None):
    return _right(q, k, v, mask, scale=v.shape[-1] ** -0.5)


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the keys")
def softmax_over_queries(q, k, v, mask=None):
    weights = _softmax(q @ _repeat(k, q.shape[-3]).mT * q.shape[-1] ** -0.5, mask, axis=-2)
    return weights @ _repeat(v, q.shape[-3]), weights


@mistake("your mask is read the wrong way round; True means that the query may attend to the key")
def mask_turned_round(q, k, v, mask=None):
    return _right(q, k, v, None if mask is None else ~mask)


@mistake("your mask is ignored; a key where it is False must get weight 0")
def mask_ignored(q, k, v, mask=None):
    return _right(q, k, v)


@mistake(
    "you give all heads of a group the mask of its first head; the mask has an axis for every "
    "query head"
)
def mask_of_the_first_head(q, k, v, mask=None):
    if mask is not None and mask.ndim > 2 and mask.shape[-3] == q.shape[-3]:
        mask = _repeat(mask[..., :: q.shape[-3] // k.shape[-3], :, :], q.shape[-3])
    return _right(q, k, v, mask)


@mistake(
    "a query with no key attends to all of them alike, as it does where masked scores are "
    "-1e9; its weights must be 0"
)
def minus_a_billion(q, k, v, mask=None):
    scores = q @ _repeat(k, q.shape[-3]).mT * q.shape[-1] ** -0.5
    if mask is not None:
        scores = np.where(mask, scores, scores.dtype.type(-1e9))
    weights = _softmax(scores)
    return weights @ _repeat(v, q.shape[-3]), weights


@mistake("your exponentials overflow on large scores; subtract the maximum of each row first")
def no_maximum_subtracted(q, k, v, mask=None):
    e = np.exp(q @ _repeat(k, q.shape[-3]).mT * q.shape[-1] ** -0.5)
    e = e if mask is None else e * mask
    total = e.sum(axis=-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1)
    return weights @ _repeat(v, q.shape[-3]), weights


@mistake(
    "your weights come back as (..., G, H / G, n, m); put the two axes of heads together again"
)
def weights_left_split(q, k, v, mask=None):
    out, weights = _right(q, k, v, mask)
    each = q.shape[-3] // k.shape[-3]
    return out, weights.reshape(*q.shape[:-3], k.shape[-3], each, *weights.shape[-2:])


@mistake("you average the outputs of a group; every query head has an output of its own")
def outputs_averaged(q, k, v, mask=None):
    out, weights = _right(q, k, v, mask)
    each = q.shape[-3] // k.shape[-3]
    split = out.reshape(*q.shape[:-3], k.shape[-3], each, *out.shape[-2:])
    return split.mean(axis=-3), weights


@mistake("you return the output alone; the output and the weights must both come back")
def output_alone(q, k, v, mask=None):
    return _right(q, k, v, mask)[0]


@mistake(
    "your float32 becomes float64; a NumPy scalar such as np.sqrt(d) does that, and so "
    "does an array made without a dtype; math.sqrt does not"
)
def float64_by_a_numpy_scalar(q, k, v, mask=None):
    return _right(q, k, v, mask, scale=1 / np.sqrt(np.float64(q.shape[-1])))


@mistake("you scale the queries in place, which changes the caller's array; make a new one")
def queries_scaled_in_place(q, k, v, mask=None):
    q *= q.shape[-1] ** -0.5
    return _right(q, k, v, mask, scale=1)


# Backward


def _dscores(dout, q, v, weights):
    dweights = dout @ _repeat(v, q.shape[-3]).mT
    inner = np.sum(weights * dweights, axis=-1, keepdims=True)
    return weights * (dweights - inner) / math.sqrt(q.shape[-1])


def _by_group(x, groups):
    return x.reshape(*x.shape[:-3], groups, x.shape[-3] // groups, *x.shape[-2:])


def _gradients(dscores, dout, q, k, weights, over=np.sum):
    dq = dscores @ _repeat(k, q.shape[-3])
    of_each = dscores.mT @ q, weights.mT @ dout
    return dq, *(over(_by_group(one, k.shape[-3]), axis=-3) for one in of_each)


@mistake(
    "every query head has a head of its own in your {outputs}; the gradients of all heads of "
    "a group reach its key, so sum over them",
    BACKWARD,
    outputs=("dk", "dv"),
)
def not_summed(dout, q, k, v, weights):
    dscores = _dscores(dout, q, v, weights)
    return dscores @ _repeat(k, q.shape[-3]), dscores.mT @ q, weights.mT @ dout


@mistake(
    "a mean over the heads of a group stands in your {outputs}; gradients add up over every "
    "use, so sum",
    BACKWARD,
    outputs=("dk", "dv"),
)
def averaged(dout, q, k, v, weights):
    return _gradients(_dscores(dout, q, v, weights), dout, q, k, weights, over=np.mean)


@mistake(
    "the first head of each group alone is in your {outputs}; sum over all its heads",
    BACKWARD,
    outputs=("dk", "dv"),
)
def first_head_only(dout, q, k, v, weights):
    def first(x, axis):
        return np.take(x, 0, axis)

    return _gradients(_dscores(dout, q, v, weights), dout, q, k, weights, over=first)


@mistake(
    "the last head of each group alone is in your {outputs}, as where an assignment "
    "overwrites what the others sent; add them up",
    BACKWARD,
    outputs=("dk", "dv"),
)
def last_head_only(dout, q, k, v, weights):
    def last(x, axis):
        return np.take(x, -1, axis)

    return _gradients(_dscores(dout, q, v, weights), dout, q, k, weights, over=last)


@mistake(
    "the heads h, h + G, h + 2G are summed in your {outputs}; a group is H / G neighbouring heads",
    BACKWARD,
    outputs=("dk", "dv"),
)
def summed_in_turn(dout, q, k, v, weights):
    dscores = _dscores(dout, q, v, weights)
    dq, groups = dscores @ _repeat(k, q.shape[-3]), k.shape[-3]
    of_each = dscores.mT @ q, weights.mT @ dout
    return dq, *(_by_group(one, one.shape[-3] // groups).sum(axis=-4) for one in of_each)


@mistake(
    "your dv is averaged over the heads of a group while dk is summed; both are sums", BACKWARD
)
def dv_averaged(dout, q, k, v, weights):
    dq, dk, dv = _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)
    return dq, dk, dv / (q.shape[-3] // k.shape[-3])


@mistake(
    "your query heads take their gradient from key head h % G; the forward pass read h // (H / G)",
    BACKWARD,
)
def backward_heads_in_turn(dout, q, k, v, weights):
    turn = np.arange(q.shape[-3]) % k.shape[-3]
    dweights = dout @ v[..., turn, :, :].mT
    inner = np.sum(weights * dweights, axis=-1, keepdims=True)
    dscores = weights * (dweights - inner) / math.sqrt(q.shape[-1])
    _, dk, dv = _gradients(dscores, dout, q, k, weights)
    return dscores @ k[..., turn, :, :], dk, dv


@mistake(
    "your softmax backward has no sum term: every score moves every weight of its row", BACKWARD
)
def no_sum_term(dout, q, k, v, weights):
    dscores = weights * (dout @ _repeat(v, q.shape[-3]).mT) / math.sqrt(q.shape[-1])
    return _gradients(dscores, dout, q, k, weights)


@mistake(
    "the sum term of your softmax backward runs over all heads of a group; each head's row has a "
    "sum of its own",
    BACKWARD,
)
def sum_over_the_group(dout, q, k, v, weights):
    dweights = dout @ _repeat(v, q.shape[-3]).mT
    inner = _by_group(weights * dweights, k.shape[-3]).sum(axis=(-3, -1), keepdims=True)
    inner = _repeat(inner[..., 0, :, :], q.shape[-3])
    dscores = weights * (dweights - inner) / math.sqrt(q.shape[-1])
    return _gradients(dscores, dout, q, k, weights)


@mistake(
    "the factor 1/√d of the forward pass is missing from your {outputs}",
    BACKWARD,
    outputs=("dq", "dk"),
)
def backward_without_scale(dout, q, k, v, weights):
    dscores = _dscores(dout, q, v, weights) * math.sqrt(q.shape[-1])
    return _gradients(dscores, dout, q, k, weights)


@mistake("your dv carries the factor 1/√d; the values never meet the scale", BACKWARD)
def scale_on_dv_too(dout, q, k, v, weights):
    dq, dk, dv = _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)
    return dq, dk, dv / math.sqrt(q.shape[-1])


@mistake(
    "you compute the weights anew from q and k and so lose the mask: use those you are given",
    BACKWARD,
)
def weights_computed_anew(dout, q, k, v, weights):
    weights = _right(q, k, v)[1]
    return _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)


@mistake(
    "your gradients are those of sum(out): the gradient that arrives, dout, is ignored", BACKWARD
)
def dout_ignored(dout, q, k, v, weights):
    dout = np.ones_like(dout)
    return _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)


@mistake("you return dq, dv, dk; the order of the inputs is q, k, v", BACKWARD)
def wrong_order(dout, q, k, v, weights):
    dq, dk, dv = _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)
    return dq, dv, dk


@mistake(
    "your gradients of float32 inputs are float64; an array made without a dtype does "
    "that, and so does a NumPy float64 scalar",
    BACKWARD,
)
def float64_accumulators(dout, q, k, v, weights):
    found = _gradients(_dscores(dout, q, v, weights), dout, q, k, weights)
    return tuple(np.zeros(one.shape) + one for one in found)


@mistake(
    "you multiply the caller's weights in place; another backward pass would find them spoilt",
    BACKWARD,
)
def weights_overwritten(dout, q, k, v, weights):
    dscores = _dscores(dout, q, v, weights)
    found = _gradients(dscores, dout, q, k, weights)
    weights *= dscores
    return found


@mistake(
    "your mask is applied after the softmax, so the rows no longer sum to 1; hide keys before it"
)
def mask_after_softmax(q, k, v, mask=None):
    keys, values = _repeat(k, q.shape[-3]), _repeat(v, q.shape[-3])
    weights = _softmax(q @ keys.mT * q.shape[-1] ** -0.5)
    if mask is not None:
        weights = np.where(mask, weights, weights.dtype.type(0))
    return weights @ values, weights
