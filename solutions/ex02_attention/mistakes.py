"""What people get wrong in ex02: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


def _scores(q, k):
    return q @ k.swapaxes(-1, -2) / q.dtype.type(np.sqrt(q.shape[-1]))


def _softmax(scores, axis=-1):
    top = scores.max(axis, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = e.sum(axis, keepdims=True)
    return e / np.where(total > 0, total, 1)


def _masked(scores, mask):
    return scores if mask is None else np.where(mask, scores, scores.dtype.type(-np.inf))


def _finish(scores, v, mask):
    weights = _softmax(_masked(scores, mask))
    return weights @ v, weights


@mistake("your scores are not scaled; divide them by the square root of d, the width of a key")
def no_scale(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2), v, mask)


@mistake("your scores are divided by d; they must be divided by its square root")
def scale_by_d(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2) / q.shape[-1], v, mask)


@mistake("your scores are multiplied by the square root of d; they must be divided by it")
def scale_turned_round(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2) * q.dtype.type(np.sqrt(q.shape[-1])), v, mask)


@mistake("your scale is the square root of the number of keys; it must be that of their width d")
def scale_by_the_number_of_keys(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2) / q.dtype.type(np.sqrt(k.shape[-2])), v, mask)


@mistake("your scale is the square root of the width of the values; it must be that of the keys")
def scale_by_the_values_width(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2) / q.dtype.type(np.sqrt(v.shape[-1])), v, mask)


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the keys")
def softmax_over_queries(q, k, v, mask=None):
    weights = _softmax(_masked(_scores(q, k), mask), axis=-2)
    return weights @ v, weights


@mistake("your weights sum to 1 over the whole array; each query's weights must sum to 1")
def softmax_over_everything(q, k, v, mask=None):
    weights = _softmax(_masked(_scores(q, k), mask), axis=None)
    return weights @ v, weights


@mistake("your queries meet the queries: q qᵀ; they must meet the keys, q kᵀ")
def queries_with_queries(q, k, v, mask=None):
    return _finish(_scores(q, q), v, mask)


@mistake("your keys.T turns every axis round, the batch too; only the last two must change places")
def transposes_every_axis(q, k, v, mask=None):
    return _finish(q @ k.T / q.dtype.type(np.sqrt(q.shape[-1])), v, mask)


@mistake("your mask is read the wrong way round; True means that the query may attend to the key")
def mask_turned_round(q, k, v, mask=None):
    return _finish(_scores(q, k), v, None if mask is None else ~mask)


@mistake(
    "your mask is added to the scores as 0 and 1, which hides nothing; where it is False the score "
    "must become minus infinity"
)
def mask_added(q, k, v, mask=None):
    scores = _scores(q, k)
    return _finish(scores if mask is None else scores + mask.astype(scores.dtype), v, None)


@mistake(
    "your mask multiplies the scores, so a hidden key keeps the score 0 and its weight; it must "
    "become minus infinity"
)
def mask_multiplies_the_scores(q, k, v, mask=None):
    scores = _scores(q, k)
    return _finish(scores if mask is None else scores * mask, v, None)


@mistake(
    "your mask is applied after the softmax, so the rows no longer sum to 1; hide keys before it"
)
def mask_after_softmax(q, k, v, mask=None):
    weights = _softmax(_scores(q, k))
    weights = weights if mask is None else weights * mask
    return weights @ v, weights


@mistake("your mask is ignored; a key where it is False must get weight 0")
def mask_ignored(q, k, v, mask=None):
    return _finish(_scores(q, k), v, None)


@mistake(
    "a query with no key attends to all of them alike, as it does where masked scores are "
    "-1e9; its weights must be 0"
)
def minus_a_billion(q, k, v, mask=None):
    scores = _scores(q, k)
    scores = scores if mask is None else np.where(mask, scores, scores.dtype.type(-1e9))
    weights = _softmax(scores)
    return weights @ v, weights


@mistake(
    "your masked scores are only -1e4, and real scores reach that far down; use minus infinity"
)
def minus_ten_thousand(q, k, v, mask=None):
    scores = _scores(q, k)
    scores = scores if mask is None else np.where(mask, scores, scores.dtype.type(-1e4))
    weights = _softmax(scores)
    if mask is not None:
        weights = weights * mask.any(-1, keepdims=True)
    return weights @ v, weights


@mistake(
    "your row with no key is NaN: minus infinity less minus infinity, or 0/0; it must be zeros"
)
def empty_row_is_nan(q, k, v, mask=None):
    scores = _masked(_scores(q, k), mask)
    with np.errstate(invalid="ignore"):
        e = np.exp(scores - scores.max(-1, keepdims=True))
        weights = e / e.sum(-1, keepdims=True)
        return weights @ v, weights


@mistake("your exponentials overflow on large scores; subtract the maximum of each row first")
def no_maximum_subtracted(q, k, v, mask=None):
    e = np.exp(_masked(_scores(q, k), mask))
    total = e.sum(-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1)
    return weights @ v, weights


@mistake(
    "your maximum is taken before the mask: a hidden key with a large score drives every other "
    "exponential to 0; mask first"
)
def maximum_before_the_mask(q, k, v, mask=None):
    scores = _scores(q, k)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    if mask is not None:
        e = e * mask
    total = e.sum(-1, keepdims=True)
    weights = e / np.where(total > 0, total, 1)
    return weights @ v, weights


@mistake(
    "your denominator carries a small constant, so the weights do not quite sum to 1; treat the "
    "row with no key by itself"
)
def small_constant_in_the_denominator(q, k, v, mask=None):
    scores = _masked(_scores(q, k), mask)
    top = scores.max(-1, keepdims=True)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0))
    weights = e / (e.sum(-1, keepdims=True) + scores.dtype.type(1e-6))
    return weights @ v, weights


@mistake("your second result is the scores; the weights after the softmax must come back")
def scores_instead_of_weights(q, k, v, mask=None):
    scores = _scores(q, k)
    return _finish(scores, v, mask)[0], scores


@mistake("you return the output alone; the output and the weights must both come back")
def output_alone(q, k, v, mask=None):
    return _finish(_scores(q, k), v, mask)[0]


@mistake("you return the weights first; the output comes first, then the weights")
def weights_first(q, k, v, mask=None):
    return _finish(_scores(q, k), v, mask)[::-1]


@mistake(
    "your float32 becomes float64; a NumPy scalar such as np.sqrt(d) does that, and so "
    "does an array made without a dtype; math.sqrt does not"
)
def float64_by_a_numpy_scalar(q, k, v, mask=None):
    return _finish(q @ k.swapaxes(-1, -2) / np.sqrt(np.float64(q.shape[-1])), v, mask)


@mistake("you scale the queries in place, which changes the caller's array; make a new one")
def queries_scaled_in_place(q, k, v, mask=None):
    q /= q.dtype.type(np.sqrt(q.shape[-1]))
    return _finish(q @ k.swapaxes(-1, -2), v, mask)
