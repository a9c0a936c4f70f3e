"""What people get wrong in ex04: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake


def project(x, w_q, w_k, w_v):
    return x @ w_q, x @ w_k, x @ w_v


def hide(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def softmax(scores, axis=-1):
    top = scores.max(axis=axis, keepdims=True)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


@mistake("your scores are q qᵀ: the key matrix is never used; a query must meet the keys, q kᵀ")
def queries_meet_queries(x, w_q, w_k, w_v, mask=None):
    q, _, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ q.mT / math.sqrt(q.shape[-1]), mask)) @ v


@mistake("your scores are k qᵀ: rows and columns are exchanged; row i belongs to query i")
def rows_and_columns_exchanged(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(k @ q.mT / math.sqrt(q.shape[-1]), mask)) @ v


@mistake("you average the input x itself; average the values, x w_v")
def values_not_projected(x, w_q, w_k, w_v, mask=None):
    q, k, _ = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)) @ x


@mistake("you use x as query, key and value: none of the three matrices takes part")
def nothing_projected(x, w_q, w_k, w_v, mask=None):
    return softmax(hide(x @ x.mT / math.sqrt(x.shape[-1]), mask)) @ x


@mistake("your scores are not scaled; divide them by √d_k before the softmax")
def no_scale(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT, mask)) @ v


@mistake("you divide the scores by the square root of x's width; it is the keys' width, √d_k")
def scale_of_the_input(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(x.shape[-1]), mask)) @ v


@mistake("you divide the scores by d_k; it is √d_k")
def scale_squared(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / q.shape[-1], mask)) @ v


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the keys")
def softmax_over_queries(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask), axis=-2) @ v


@mistake("your softmax runs over the whole array; give it an axis, so that each row sums to 1")
def softmax_over_everything(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask), axis=None) @ v


@mistake("your softmax overflows on large scores; take each row's maximum off them first")
def overflowing_softmax(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    with np.errstate(all="ignore"):
        e = np.exp(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask))
        total = e.sum(axis=-1, keepdims=True)
        empty = False if mask is None else ~np.any(mask, axis=-1, keepdims=True)
        return e / np.where(empty, 1, total) @ v


@mistake(
    "you take off the maximum of the whole array, not of each row: rows far below it are 0 / 0"
)
def maximum_of_the_whole_array(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max())
        total = e.sum(axis=-1, keepdims=True)
        empty = False if mask is None else ~np.any(mask, axis=-1, keepdims=True)
        return e / np.where(empty, 1, total) @ v


@mistake(
    "you take one maximum off all rows, so rows far below it vanish; each row takes off its own"
)
def one_maximum(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)
    top = scores.max()
    e = np.exp(scores - (0 if top == -np.inf else top))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@mistake("you take the maximum over hidden keys too: one far above the rest leaves a row of zeros")
def maximum_of_hidden_scores(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    e = e if mask is None else e * mask
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@mistake("you leave the mask out")
def mask_left_out(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(q @ k.mT / math.sqrt(q.shape[-1])) @ v


@mistake("you read the mask the wrong way round: True means may attend")
def mask_inverted(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    mask = None if mask is None else ~mask
    return softmax(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)) @ v


@mistake("you read mask[i, j] as key i, query j; its rows are the queries")
def mask_transposed(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    mask = None if mask is None else np.swapaxes(mask, -1, -2)
    return softmax(hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)) @ v


@mistake("you add the boolean mask to the scores: True adds 1 and nothing is hidden")
def mask_added(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + mask) @ v


@mistake(
    "you multiply the scores by the mask: a score of 0 still takes its share; hide it with −inf"
)
def mask_multiplied(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores * mask) @ v


@mistake("you mask after the softmax, so the rows no longer sum to 1; hide the scores before it")
def mask_after_softmax(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    weights = softmax(q @ k.mT / math.sqrt(q.shape[-1]))
    return (weights if mask is None else weights * mask) @ v


@mistake(
    "an element that may attend to nothing gets the mean of all values, as it does with "
    "−1e9 for −inf; it must get zeros"
)
def large_negative_number(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else np.where(mask, scores, -1e9)) @ v


@mistake(
    "an element that may attend to nothing becomes NaN (−inf minus −inf, or 0/0); it must get zeros"
)
def empty_row_is_nan(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    scores = hide(q @ k.mT / math.sqrt(q.shape[-1]), mask)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True) @ v


@mistake("you reshape the keys to (d_k, n), which shuffles their numbers; transpose them")
def reshaped_not_transposed(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    turned = k.reshape(*k.shape[:-2], k.shape[-1], k.shape[-2])
    return softmax(hide(q @ turned / math.sqrt(q.shape[-1]), mask)) @ v


@mistake("you transpose with k.T, which reverses every axis of a batch; swap the last two only")
def every_axis_reversed(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.T / math.sqrt(q.shape[-1]), mask)) @ v


@mistake(
    "your output for float32 inputs is float64; np.sqrt of an int is a float64 that "
    "spreads, and so does an array made without a dtype"
)
def float64_scale(x, w_q, w_k, w_v, mask=None):
    q, k, v = project(x, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / np.sqrt(q.shape[-1]), mask)) @ v
