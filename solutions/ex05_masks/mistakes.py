"""What people get wrong in ex05: each a working function, each with its misconception."""

import numpy as np
from grader import mistake


@mistake("your causal mask is the upper triangle: it shows the future", replaces="causal_mask")
def upper_triangle(n):
    return np.triu(np.ones((n, n), dtype=bool))


@mistake("your causal mask forbids a query its own place", replaces="causal_mask")
def without_itself(n):
    return np.tril(np.ones((n, n), dtype=bool), k=-1)


@mistake("your causal mask lets a query see one step of the future", replaces="causal_mask")
def one_step_of_the_future(n):
    return np.tril(np.ones((n, n), dtype=bool), k=1)


@mistake("your causal mask is True where attention is forbidden", replaces="causal_mask")
def causal_true_means_forbidden(n):
    return np.triu(np.ones((n, n), dtype=bool), k=1)


@mistake("your causal mask is made of numbers, to be added; a boolean is asked", "causal_mask")
def causal_to_be_added(n):
    return np.where(np.tril(np.ones((n, n), dtype=bool)), 0.0, -np.inf)


@mistake("your causal mask holds ones and zeros of dtype float; it must be bool", "causal_mask")
def causal_of_floats(n):
    return np.tril(np.ones((n, n)))


@mistake("your causal mask holds ones and zeros of dtype int; it must be bool", "causal_mask")
def causal_of_integers(n):
    return np.tril(np.ones((n, n), dtype=int))


@mistake("your causal mask lets a query see itself alone, not what came before", "causal_mask")
def only_itself(n):
    return np.eye(n, dtype=bool)


@mistake("your padding mask is True at the padding; True means real", replaces="padding_mask")
def padding_true_means_padded(lengths, n):
    return np.arange(n) >= lengths[:, None]


@mistake(
    "your padding mask lets one place too many through: length 3 is places 0, 1, 2", "padding_mask"
)
def one_place_too_many(lengths, n):
    return np.arange(n) <= lengths[:, None]


@mistake("your padding mask counts places from 1 and so drops the last real one", "padding_mask")
def one_place_too_few(lengths, n):
    return np.arange(1, n + 1) < lengths[:, None]


@mistake("your padding mask takes the padding to stand first; the real tokens do", "padding_mask")
def padding_stands_first(lengths, n):
    return np.arange(n) >= n - lengths[:, None]


@mistake("your padding mask is as wide as the longest sequence; it must be n wide", "padding_mask")
def as_wide_as_the_longest(lengths, n):
    return np.arange(lengths.max()) < lengths[:, None]


@mistake("your padding mask is (n, B); sequences are the rows", replaces="padding_mask")
def places_by_sequences(lengths, n):
    return np.arange(n)[:, None] < lengths


@mistake(
    "your padding mask never leaves a sequence empty; length 0 is a row of False", "padding_mask"
)
def first_place_always_real(lengths, n):
    return np.arange(n) < np.maximum(lengths, 1)[:, None]


@mistake("you join the masks with or; a key must be allowed by both", replaces="combine")
def joined_with_or(causal, padding):
    return causal | padding[:, None, None, :]


@mistake("your padding forbids queries instead of keys: it stands on the wrong axis", "combine")
def padding_on_the_queries(causal, padding):
    return causal & padding[:, None, :, None]


@mistake("your padding forbids queries as well as keys; padded queries keep their rows", "combine")
def padding_on_both(causal, padding):
    return causal & padding[:, None, None, :] & padding[:, None, :, None]


@mistake("your combined mask has no axis for the heads: (B, n, n), not (B, 1, n, n)", "combine")
def no_head_axis(causal, padding):
    return causal & padding[:, None, :]


@mistake("your combined mask has the batch where the heads should be: (1, B, n, n)", "combine")
def batch_on_the_head_axis(causal, padding):
    return (causal & padding[:, None, :])[None]


@mistake("your combined mask leaves the causal mask out: the future shows", replaces="combine")
def causal_left_out(causal, padding):
    return np.repeat(padding[:, None, None, :], padding.shape[1], axis=2)


@mistake("your combined mask leaves the padding out", replaces="combine")
def padding_left_out(causal, padding):
    return np.repeat(causal[None, None], len(padding), axis=0)


@mistake("you multiply the masks as numbers; the combined mask must be bool", replaces="combine")
def product_of_numbers(causal, padding):
    return causal.astype(float) * padding[:, None, None, :]


@mistake(
    "you let every query see itself, so that no row is empty; padded keys stay hidden", "combine"
)
def diagonal_always_open(causal, padding):
    return (causal & padding[:, None, None, :]) | np.eye(len(causal), dtype=bool)


@mistake("your combined mask reads causal[i, j] the wrong way round: rows are queries", "combine")
def causal_transposed(causal, padding):
    return causal.T & padding[:, None, None, :]
