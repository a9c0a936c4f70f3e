"""What people get wrong in ex22: working functions, each with its misconception."""

import math

import numpy as np
from grader import mistake


def softmax(scores, axis=-1):
    """Softmax in which a row of −∞ gives zeros."""
    peak = scores.max(axis=axis, keepdims=True)
    p = np.exp(scores - np.where(np.isfinite(peak), peak, 0))
    total = p.sum(axis=axis, keepdims=True)
    return p / np.where(total > 0, total, 1)


def scored(queries, memory):
    return queries @ np.swapaxes(memory, -1, -2) / math.sqrt(queries.shape[-1])


def masked(scores, mask, fill=-np.inf):
    return scores if mask is None else np.where(mask[..., None, :], scores, fill)


def summary_of(queries, memory, mask):
    return softmax(masked(scored(queries, memory), mask)) @ memory


@mistake("your scores have no scale; divide them by √d")
def no_scale(queries, memory, w_label, memory_mask=None):
    scores = queries @ np.swapaxes(memory, -1, -2)
    return softmax(softmax(masked(scores, memory_mask)) @ memory @ w_label)


@mistake("you divide the scores by d; divide by √d")
def scale_by_d(queries, memory, w_label, memory_mask=None):
    scores = scored(queries, memory) / math.sqrt(queries.shape[-1])
    return softmax(softmax(masked(scores, memory_mask)) @ memory @ w_label)


@mistake("you scale the label scores by 1/√d as well; only the attention is scaled")
def scales_the_labels(queries, memory, w_label, memory_mask=None):
    summary = summary_of(queries, memory, memory_mask)
    return softmax(summary @ w_label / math.sqrt(queries.shape[-1]))


@mistake("your attention sums to 1 over the queries; it must sum to 1 over the events")
def attention_over_queries(queries, memory, w_label, memory_mask=None):
    weights = softmax(masked(scored(queries, memory), memory_mask), axis=-2)
    return softmax(weights @ memory @ w_label)


@mistake("your probabilities sum to 1 over the queries; they must sum to 1 over the labels")
def labels_over_queries(queries, memory, w_label, memory_mask=None):
    return softmax(summary_of(queries, memory, memory_mask) @ w_label, axis=-2)


@mistake("you return label scores; take their softmax")
def returns_scores(queries, memory, w_label, memory_mask=None):
    return summary_of(queries, memory, memory_mask) @ w_label


@mistake("you give each label a sigmoid, so the labels do not sum to 1; take the softmax")
def sigmoid_labels(queries, memory, w_label, memory_mask=None):
    return 0.5 * (1 + np.tanh(0.5 * (summary_of(queries, memory, memory_mask) @ w_label)))


@mistake("you take the softmax of the labels twice, which flattens them; once is enough")
def softmax_twice(queries, memory, w_label, memory_mask=None):
    return softmax(softmax(summary_of(queries, memory, memory_mask) @ w_label))


@mistake("you return a hard choice of label; return the probabilities")
def hard_choice(queries, memory, w_label, memory_mask=None):
    scores = summary_of(queries, memory, memory_mask) @ w_label
    return (scores == scores.max(axis=-1, keepdims=True)).astype(scores.dtype)


@mistake("you accept memory_mask and ignore it")
def ignores_the_mask(queries, memory, w_label, memory_mask=None):
    return softmax(summary_of(queries, memory, None) @ w_label)


@mistake("your mask is the wrong way round; True means may attend")
def inverted_mask(queries, memory, w_label, memory_mask=None):
    mask = None if memory_mask is None else ~memory_mask
    return softmax(summary_of(queries, memory, mask) @ w_label)


@mistake(
    "you zero masked weights after the softmax, so they no longer sum to 1; mask before the softmax"
)
def mask_after_softmax(queries, memory, w_label, memory_mask=None):
    weights = masked(softmax(scored(queries, memory)), memory_mask, fill=0)
    return softmax(weights @ memory @ w_label)


@mistake("you set masked scores to 0, which is a score like any other; they must be −∞")
def masked_scores_of_zero(queries, memory, w_label, memory_mask=None):
    weights = softmax(masked(scored(queries, memory), memory_mask, fill=0))
    return softmax(weights @ memory @ w_label)


@mistake("your empty memory gives NaN; it must read as zeros")
def nan_for_an_empty_memory(queries, memory, w_label, memory_mask=None):
    scores = masked(scored(queries, memory), memory_mask)
    with np.errstate(invalid="ignore"):
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return softmax(p / p.sum(axis=-1, keepdims=True) @ memory @ w_label)


@mistake(
    "your empty memory reads as the average of masked events, as it does where −1e9 in "
    "every place cancels; it must read as zeros"
)
def average_for_an_empty_memory(queries, memory, w_label, memory_mask=None):
    fill = np.asarray(-1e9, memory.dtype)
    weights = softmax(masked(scored(queries, memory), memory_mask, fill))
    return softmax(weights @ memory @ w_label)


@mistake("your empty memory gives probability 0 to all labels; they are equally likely")
def zeros_for_an_empty_memory(queries, memory, w_label, memory_mask=None):
    p = softmax(summary_of(queries, memory, memory_mask) @ w_label)
    return p if memory_mask is None else p * memory_mask.any(axis=-1)[..., None, None]


@mistake("you average the events without regard to the query; weigh them by the scores")
def averages_the_events(queries, memory, w_label, memory_mask=None):
    return softmax(summary_of(0 * queries, memory, memory_mask) @ w_label)


@mistake("you add the query to its summary; no residual is asked")
def adds_the_query(queries, memory, w_label, memory_mask=None):
    return softmax((queries + summary_of(queries, memory, memory_mask)) @ w_label)


@mistake("you label the queries and never look at the events")
def labels_the_queries(queries, memory, w_label, memory_mask=None):
    return softmax(queries @ w_label)


@mistake("your label softmax overflows; subtract the largest score first")
def overflows(queries, memory, w_label, memory_mask=None):
    p = np.exp(summary_of(queries, memory, memory_mask) @ w_label)
    return p / p.sum(axis=-1, keepdims=True)


@mistake(
    "you return float64 for float32; np.sqrt(d) is a NumPy scalar and does that, "
    "math.sqrt is not; so does an array made without a dtype"
)
def promotes_float32(queries, memory, w_label, memory_mask=None):
    wide = queries.astype(np.float64)
    return softmax(summary_of(wide, memory, memory_mask) @ w_label)


@mistake("you zero masked events in the caller's memory; the inputs must not change")
def changes_the_memory(queries, memory, w_label, memory_mask=None):
    if memory_mask is not None:
        memory[~memory_mask] = 0
    return softmax(summary_of(queries, memory, memory_mask) @ w_label)


@mistake(
    "you average the label probabilities of the events; average the events first, then score them"
)
def averages_probabilities(queries, memory, w_label, memory_mask=None):
    weights = softmax(masked(scored(queries, memory), memory_mask))
    return weights @ softmax(memory @ w_label)


@mistake("you weigh the events by plain exponentials; divide them by their sum, as softmax does")
def exponentials_for_weights(queries, memory, w_label, memory_mask=None):
    scores = masked(scored(queries, memory), memory_mask)
    peak = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(peak), peak, 0))
    return softmax(weights @ memory @ w_label)
