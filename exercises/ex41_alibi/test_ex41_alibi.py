"""Checks of ex41: slopes of few and many heads, the table of each head, its use, dtype."""

import numpy as np
from grader import normal


def test_slopes_of_four_heads(check):
    check("slopes", 4)


def test_slopes_of_eight_heads(check):
    check("slopes", 8)


def test_slopes_of_sixteen_heads_and_more(check):
    check("slopes", 16)
    check("slopes", 64)


def test_slopes_of_one_head_and_of_two(check):
    check("slopes", 1)
    check("slopes", 2)


def test_slopes_are_float64(check):
    check.dtype("slopes", 4)


def test_the_table(check):
    check("alibi", 5, 4)


def test_the_table_of_one_head(check):
    check("alibi", 5, 1)


def test_more_places_than_heads(check):
    check("alibi", 11, 2)


def test_more_heads_than_places(check):
    check("alibi", 3, 16)
    check("alibi", 2, 8)


def test_one_place(check):
    check("alibi", 1, 4)
    check("alibi", 1, 1)


def test_a_long_table(check):
    check("alibi", 61, 2)


def weights(module, scores):
    """The weights of attention with the table added, (..., heads, n, n)."""
    heads, n = scores.shape[-3:-1]
    scores = scores + module.alibi(n, heads)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def test_weights_with_the_table_added(check, rng):
    check.drive(weights, normal(rng, 3, 4, 7, 7))


def tables(module):
    """A table that is changed after it came back, and the next one."""
    first = module.alibi(4, 2)
    kept = first.copy()
    first[...] = 7
    return kept, module.alibi(4, 2)


def test_each_table_is_a_new_one(check):
    check.drive(tables)


def test_the_table_is_float64(check):
    check.dtype("alibi", 5, 4)
