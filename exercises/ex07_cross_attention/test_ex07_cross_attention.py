"""Checks of ex07: values, masks of the memory, empty memories, large scores, dtype, unchanged."""

import numpy as np
from grader import normal


def inputs(rng, *lead, n=5, m=7, dtype=np.float64):
    """x (n, 8), memory (m, 3), and matrices to d_k 11 and d_v 2."""
    x, memory = normal(rng, *lead, n, 8, dtype=dtype), normal(rng, *lead, m, 3, dtype=dtype)
    shapes = ((8, 11), (3, 11), (3, 2))
    return x, memory, *(normal(rng, *shape, dtype=dtype) / 2 for shape in shapes)


def real(lengths, m=7):
    return np.arange(m) < np.array(lengths)[:, None]


def test_values_of_one_sequence(check, rng):
    check("cross_attention", *inputs(rng))


def test_leading_axes(check, rng):
    check("cross_attention", *inputs(rng, 4, 6))


def test_more_queries_than_memory(check, rng):
    check("cross_attention", *inputs(rng, 2, n=9, m=3))


def test_a_mask_of_one_memory(check, rng):
    mask = np.array([True, False, True, True, False, True, False])
    check("cross_attention", *inputs(rng), memory_mask=mask)


def test_a_mask_for_each_memory(check, rng):
    check("cross_attention", *inputs(rng, 4), memory_mask=real([3, 7, 1, 5]))
    mask = real([3, 7, 1, 5, 2, 6]).reshape(2, 3, 7)
    check("cross_attention", *inputs(rng, 2, 3, n=4), memory_mask=mask)
    mask = real([3, 7, 1, 5, 2, 6]).reshape(2, 3, 7)
    check("cross_attention", *inputs(rng, 2, 3), memory_mask=mask)


def test_as_many_sequences_as_queries(check, rng):
    check("cross_attention", *inputs(rng, 3, n=3), memory_mask=real([3, 7, 5]))


def test_an_empty_memory_reads_as_zeros(check, rng):
    check("cross_attention", *inputs(rng, 3), memory_mask=real([4, 0, 6]))


def test_a_memory_of_no_rows_reads_as_zeros(check, rng):
    check("cross_attention", *inputs(rng, 2, m=0))


def test_scores_of_ten_thousand_are_finite(check, rng):
    x, memory, *weights = inputs(rng, 2)
    check("cross_attention", 100 * x, 100 * memory, *weights)


def test_a_hidden_score_of_ten_thousand_does_no_harm(check, rng):
    x, memory, *weights = inputs(rng, 3)
    check("cross_attention", 100 * x, 100 * memory, *weights, memory_mask=real([3, 5, 1]))
    w_q, w_k, w_v = weights
    says = "Every score that may be seen is below -1e4: a hidden one must lie lower still."
    low = 100 * np.abs(x), 100 * np.abs(memory), np.abs(w_q), -np.abs(w_k), w_v
    check("cross_attention", *low, memory_mask=real([3, 5, 1]), says_=says)


def test_float32_stays_float32(check, rng):
    mask = real([3, 5])
    check.dtype("cross_attention", *inputs(rng, 2, dtype=np.float32), memory_mask=mask)
    check.dtype("cross_attention", *inputs(rng, 2, m=0, dtype=np.float32))


def test_inputs_are_unchanged(check, rng):
    mask = np.array([True, False, True, True, False, True, False])
    check.unchanged("cross_attention", *inputs(rng), memory_mask=mask)
