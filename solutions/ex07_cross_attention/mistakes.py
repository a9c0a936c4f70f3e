"""What people get wrong in ex07: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake


def project(x, memory, w_q, w_k, w_v):
    return x @ w_q, memory @ w_k, memory @ w_v


def scaled(q, k):
    return q @ k.mT / math.sqrt(q.shape[-1])


def hide(scores, mask):
    return scores if mask is None else np.where(mask[..., None, :], scores, -np.inf)


def softmax(scores, axis=-1):
    top = scores.max(axis=axis, keepdims=True, initial=-np.inf)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


@mistake("your keys or your values meet x: `x @ w_k` or `x @ w_v`; both come from the memory")
def keys_and_values_from_x(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, x, w_q, w_k, w_v)
    return softmax(scaled(q, k)) @ v


@mistake("you average the keys; average the values, memory w_v")
def keys_for_values(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, _ = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(scaled(q, k), memory_mask)) @ k


@mistake("you average the memory itself; average its values, memory w_v")
def memory_for_values(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, _ = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(scaled(q, k), memory_mask)) @ memory


@mistake("your scores are not scaled; divide them by √d_k")
def no_scale(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT, memory_mask)) @ v


@mistake("you divide the scores by d_k; it is √d_k")
def scale_squared(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / q.shape[-1], memory_mask)) @ v


@mistake("you scale by the width of the memory; it is the width of the keys, √d_k")
def scale_of_the_memory(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(memory.shape[-1]), memory_mask)) @ v


@mistake("you scale by the width of x; it is the width of the keys, √d_k")
def scale_of_the_input(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / math.sqrt(x.shape[-1]), memory_mask)) @ v


@mistake("your weights sum to 1 over the queries; they must sum to 1 over the memory")
def softmax_over_queries(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(scaled(q, k), memory_mask), axis=-2) @ v


@mistake("your softmax runs over the whole array; each row of weights sums to 1 by itself")
def softmax_over_everything(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(scaled(q, k), memory_mask), axis=None) @ v


@mistake("you leave the mask out: padding is read like the rest")
def mask_left_out(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(scaled(q, k)) @ v


@mistake("you take the maximum over hidden rows too: one far above the rest leaves only zeros")
def maximum_of_hidden_scores(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = scaled(q, k)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=-np.inf))
    e = e if memory_mask is None else e * memory_mask[..., None, :]
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@mistake("you read the mask the wrong way round: True means may be read")
def mask_inverted(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(scaled(q, k), None if memory_mask is None else ~memory_mask)) @ v


@mistake("your mask lacks the axis of the queries: (B, m) is read as a mask of (queries, m)")
def mask_without_a_query_axis(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = scaled(q, k)
    return softmax(scores if memory_mask is None else np.where(memory_mask, scores, -np.inf)) @ v


@mistake("you mask after the softmax, so the rows no longer sum to 1; hide the scores before it")
def mask_after_softmax(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    weights = softmax(scaled(q, k))
    return (weights if memory_mask is None else weights * memory_mask[..., None, :]) @ v


@mistake(
    "you multiply the scores by the mask: a score of 0 still takes its share; hide it with −inf"
)
def mask_multiplied(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = scaled(q, k)
    return softmax(scores if memory_mask is None else scores * memory_mask[..., None, :]) @ v


@mistake("you zero the masked rows of the memory: their scores become 0, and 0 still takes a share")
def memory_zeroed(x, memory, w_q, w_k, w_v, memory_mask=None):
    if memory_mask is not None:
        memory = memory * memory_mask[..., None]
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(scaled(q, k)) @ v


@mistake(
    "an empty memory reads as the mean of its masked rows, as it does with −1e9 for −inf; "
    "it must read as zeros"
)
def large_negative_number(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = scaled(q, k)
    if memory_mask is not None:
        scores = np.where(memory_mask[..., None, :], scores, -1e9)
    return softmax(scores) @ v


@mistake("an empty memory reads as NaN (−inf minus −inf, or 0/0); it must read as zeros")
def empty_memory_is_nan(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = hide(scaled(q, k), memory_mask)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=-np.inf))
        return e / e.sum(axis=-1, keepdims=True) @ v


@mistake("you take the maximum of no scores, which raises; a memory of no rows reads as zeros")
def no_rows_raises(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = hide(scaled(q, k), memory_mask)
    top = scores.max(axis=-1, keepdims=True)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@mistake("your softmax overflows on large scores; take each row's maximum off them first")
def overflowing_softmax(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    with np.errstate(all="ignore"):
        e = np.exp(hide(scaled(q, k), memory_mask))
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(total == 0, 1, total) @ v


@mistake(
    "you take one maximum off all rows, so rows far below it vanish; each row takes off its own"
)
def one_maximum(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    scores = hide(scaled(q, k), memory_mask)
    top = scores.max(initial=-np.inf)
    e = np.exp(scores - (0 if top == -np.inf else top))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0, 1, total) @ v


@mistake("you transpose with k.T, which reverses every axis of a batch; swap the last two only")
def every_axis_reversed(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.T / math.sqrt(q.shape[-1]), memory_mask)) @ v


@mistake(
    "your output for float32 inputs is float64; np.sqrt of an int is a float64 that "
    "spreads, and so does an array made without a dtype"
)
def float64_scale(x, memory, w_q, w_k, w_v, memory_mask=None):
    q, k, v = project(x, memory, w_q, w_k, w_v)
    return softmax(hide(q @ k.mT / np.sqrt(q.shape[-1]), memory_mask)) @ v
