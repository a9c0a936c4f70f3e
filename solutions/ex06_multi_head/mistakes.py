"""What people get wrong in ex06: each a working function, each with its misconception."""

import math

import numpy as np
from grader import mistake


def split(x, num_heads):
    return x.reshape(*x.shape[:-1], num_heads, -1).swapaxes(-2, -3)


def merge(x):
    x = x.swapaxes(-2, -3)
    return x.reshape(*x.shape[:-2], -1)


def hide(scores, mask):
    return scores if mask is None else np.where(mask, scores, -np.inf)


def softmax(scores, axis=-1):
    top = scores.max(axis=axis, keepdims=True)
    e = np.exp(scores - np.where(top == -np.inf, 0, top))
    total = e.sum(axis=axis, keepdims=True)
    return e / np.where(total == 0, 1, total)


def scaled(q, k):
    return q @ k.mT / math.sqrt(q.shape[-1])


@mistake("your split reshapes straight to (H, n, d/H), which cuts up the tokens", "split_heads")
def split_without_transposing(x, num_heads):
    *lead, n, d = x.shape
    return x.reshape(*lead, num_heads, n, d // num_heads)


@mistake("your split deals the columns out in turn; head h owns a block of columns", "split_heads")
def split_interleaved(x, num_heads):
    return np.moveaxis(x.reshape(*x.shape[:-1], -1, num_heads), -1, -3)


@mistake("your split stops at (n, H, d/H): the heads must stand before the tokens", "split_heads")
def split_heads_after_tokens(x, num_heads):
    return x.reshape(*x.shape[:-1], num_heads, -1)


@mistake(
    "your split gives every head the first block of columns: repeated, not split", "split_heads"
)
def split_repeats_the_first(x, num_heads):
    first = x[..., None, :, : x.shape[-1] // num_heads]
    return np.repeat(first, num_heads, axis=-3)


@mistake("your split lists the heads from last to first", replaces="split_heads")
def split_backwards(x, num_heads):
    return np.ascontiguousarray(np.flip(split(x, num_heads), axis=-3))


@mistake("your merge reshapes without moving the heads back, so tokens mix", replaces="merge_heads")
def merge_without_transposing(x):
    *lead, num_heads, n, width = x.shape
    return x.reshape(*lead, n, num_heads * width)


@mistake("your merge lays the heads' columns alternately; put head after head", "merge_heads")
def merge_interleaved(x):
    *lead, num_heads, n, width = x.shape
    return np.moveaxis(x, -3, -1).reshape(*lead, n, num_heads * width)


@mistake("your merge averages the heads; they are put side by side", replaces="merge_heads")
def merge_averages(x):
    return x.mean(axis=-3)


@mistake(
    "your values meet w_v after the heads are merged; each head weighs values that w_v has made",
    "multi_head_attention",
)
def values_projected_after_the_merge(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(part, num_heads) for part in (x @ w_q, x @ w_k, x))
    return merge(softmax(hide(scaled(q, k), mask)) @ v) @ w_v @ w_o


@mistake("your scores are scaled by 1/√d; each head has width d/H", "multi_head_attention")
def scale_of_the_model(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(q @ k.mT / math.sqrt(x.shape[-1]), mask)) @ v) @ w_o


@mistake("your scores are not scaled; divide them by √(d/H)", "multi_head_attention")
def no_scale(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(q @ k.mT, mask)) @ v) @ w_o


@mistake("your output never meets w_o: the heads are merged but not mixed", "multi_head_attention")
def no_output_projection(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(scaled(q, k), mask)) @ v)


@mistake(
    "you split and merge by reshape alone: the heads attend over pieces", "multi_head_attention"
)
def reshape_alone(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split_without_transposing(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return (softmax(hide(scaled(q, k), mask)) @ v).reshape(x.shape) @ w_o


@mistake("your heads own every H-th column; head h owns a block", "multi_head_attention")
def interleaved_heads(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split_interleaved(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge_interleaved(softmax(hide(scaled(q, k), mask)) @ v) @ w_o


@mistake(
    "you attend once over the whole width; each head has weights of its own", "multi_head_attention"
)
def a_single_head(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (x @ w for w in (w_q, w_k, w_v))
    scores = np.repeat(scaled(q, k)[..., None, :, :], num_heads, axis=-3)
    return merge(softmax(hide(scores, mask)) @ split(v, num_heads)) @ w_o


@mistake(
    "your heads attend to each other within a token, not to the other tokens",
    "multi_head_attention",
)
def attention_across_heads(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = ((x @ w).reshape(*x.shape[:-1], num_heads, -1) for w in (w_q, w_k, w_v))
    return (softmax(scaled(q, k)) @ v).reshape(x.shape) @ w_o


@mistake(
    "your softmax runs over the heads; it runs over the keys, the last axis", "multi_head_attention"
)
def softmax_over_heads(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(scaled(q, k), mask), axis=-3) @ v) @ w_o


@mistake("your softmax runs over the queries; it runs over the keys", "multi_head_attention")
def softmax_over_queries(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(scaled(q, k), mask), axis=-2) @ v) @ w_o


@mistake(
    "your matrices are used as x @ w.T, PyTorch's layout; here it is x @ w", "multi_head_attention"
)
def transposed_matrices(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w.T, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(scaled(q, k), mask)) @ v) @ w_o.T


@mistake("you read the mask the wrong way round: True means may attend", "multi_head_attention")
def mask_inverted(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(scaled(q, k), None if mask is None else ~mask)) @ v) @ w_o


@mistake("you leave the mask out", "multi_head_attention")
def mask_left_out(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(scaled(q, k)) @ v) @ w_o


@mistake(
    "you take the maximum over hidden keys too: one far above the rest leaves a row of zeros",
    "multi_head_attention",
)
def maximum_of_hidden_scores(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    scores = scaled(q, k)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    e = e if mask is None else e * mask
    total = e.sum(axis=-1, keepdims=True)
    return merge(e / np.where(total == 0, 1, total) @ v) @ w_o


@mistake(
    "you add an axis for the heads; the mask already broadcasts to (..., H, n, n)",
    "multi_head_attention",
)
def mask_with_another_axis(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    mask = None if mask is None else np.expand_dims(mask, -3)
    return merge(softmax(hide(scaled(q, k), mask)) @ v) @ w_o


@mistake("you mask after the softmax, so the rows no longer sum to 1", "multi_head_attention")
def mask_after_softmax(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    weights = softmax(scaled(q, k))
    return merge((weights if mask is None else weights * mask) @ v) @ w_o


@mistake(
    "a query that may attend to nothing gets the mean of all values, as it does with −1e9 "
    "for −inf; it must get zeros",
    "multi_head_attention",
)
def large_negative_number(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    scores = scaled(q, k)
    scores = scores if mask is None else np.where(mask, scores, -1e9)
    return merge(softmax(scores) @ v) @ w_o


@mistake(
    "a query that may attend to nothing becomes NaN; it must get zeros", "multi_head_attention"
)
def empty_row_is_nan(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    scores = hide(scaled(q, k), mask)
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return merge(e / e.sum(axis=-1, keepdims=True) @ v) @ w_o


@mistake(
    "your softmax overflows on large scores; take each row's maximum off them first",
    "multi_head_attention",
)
def overflowing_softmax(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    with np.errstate(all="ignore"):
        e = np.exp(hide(scaled(q, k), mask))
        total = e.sum(axis=-1, keepdims=True)
        empty = False if mask is None else ~np.any(mask, axis=-1, keepdims=True)
        return merge(e / np.where(empty, 1, total) @ v) @ w_o


@mistake(
    "your output for float32 inputs is float64; np.sqrt of an int is a float64 that "
    "spreads, and so does an array made without a dtype",
    "multi_head_attention",
)
def float64_scale(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge(softmax(hide(q @ k.mT / np.sqrt(q.shape[-1]), mask)) @ v) @ w_o


@mistake(
    "your heads' outputs are averaged, and w_o meets the mean again and again; put the heads side "
    "by side",
    replaces="multi_head_attention",
)
def heads_averaged(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split(x @ w, num_heads) for w in (w_q, w_k, w_v))
    mean = (softmax(hide(scaled(q, k), mask)) @ v).mean(axis=-3)
    return np.concatenate([mean] * num_heads, axis=-1) @ w_o


@mistake("your merge adds the heads up; they are put side by side", "merge_heads")
def merge_adds_up(x):
    return x.sum(axis=-3)


@mistake(
    "your heads see their own columns of x alone; project the whole of x, then split",
    "multi_head_attention",
)
def projected_after_the_split(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    d = x.shape[-1] // num_heads
    blocks = [slice(h * d, (h + 1) * d) for h in range(num_heads)]
    q, k, v = (
        np.stack([x[..., one] @ w[one, one] for one in blocks], axis=-3) for w in (w_q, w_k, w_v)
    )
    return merge(softmax(hide(scaled(q, k), mask)) @ v) @ w_o
