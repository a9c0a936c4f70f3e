"""Checks of ex27: each mended listing by values, then its own traps, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def listing_1(rng, *leading, dtype=np.float64):
    """x, w_q, w_k."""
    n, d, d_k = 6, 5, 3
    return (
        normal(rng, *leading, n, d, dtype=dtype),
        0.6 * normal(rng, d, d_k, dtype=dtype),
        0.6 * normal(rng, d, d_k, dtype=dtype),
    )


def listing_2(rng, *leading, d_k=3, d_v=7, dtype=np.float64):
    """ids, table, w_q, w_k, w_v."""
    n, d, vocabulary = 6, 5, 11
    ids = rng.integers(vocabulary, size=(*leading, n))
    ids.flat[0] = vocabulary - 1  # beyond the rows of any weight matrix
    return (
        ids,
        normal(rng, vocabulary, d, dtype=dtype),
        0.6 * normal(rng, d, d_k, dtype=dtype),
        0.6 * normal(rng, d, d_k, dtype=dtype),
        normal(rng, d, d_v, dtype=dtype),
    )


def listing_4(rng, *leading, d_v=7, dtype=np.float64):
    """x, w0, b0, w1, b1, w_q, w_k, w_v."""
    n, d, hidden, d_k = 6, 4, 8, 3
    shapes = [(d, hidden), (hidden,), (hidden, d), (d,), (d, d_k), (d, d_k), (d, d_v)]
    return (
        normal(rng, *leading, n, d, dtype=dtype),
        *(0.5 * normal(rng, *shape, dtype=dtype) for shape in shapes),
    )


def random_mask(rng, *shape):
    """A boolean mask in which every query keeps its own key."""
    mask = rng.random(shape) < 0.6
    return mask | np.eye(shape[-2], shape[-1], dtype=bool)


def test_listing_1_compares_queries_with_keys(check, rng):
    check("one_matrix_attention", *listing_1(rng))


def test_listing_1_takes_batches(check, rng):
    check("one_matrix_attention", *listing_1(rng, 2, 4))


def test_listing_1_takes_scores_of_ten_thousand(check, rng):
    x, w_q, w_k = listing_1(rng)
    check("one_matrix_attention", x, 200 * w_q, 200 * w_k)


def test_listing_2_looks_up_and_projects(check, rng):
    check("embedding_attention", *listing_2(rng))


def test_listing_2_tells_keys_from_values(check, rng):
    check("embedding_attention", *listing_2(rng, d_v=3), says_="here d_k and d_v are equal")


def test_listing_2_takes_batches(check, rng):
    check("embedding_attention", *listing_2(rng, 3, 2))


def test_listing_2_takes_scores_of_ten_thousand(check, rng):
    ids, table, w_q, w_k, w_v = listing_2(rng)
    check("embedding_attention", ids, table, 200 * w_q, 200 * w_k, w_v)


def test_listing_3_attends_within_each_sequence(check, rng):
    check("batched_attention", normal(rng, 3, 6, 7))


def test_listing_3_obeys_a_mask(check, rng):
    check("batched_attention", normal(rng, 3, 6, 7), mask=random_mask(rng, 3, 6, 6))


def test_listing_3_broadcasts_a_causal_mask(check, rng):
    check("batched_attention", normal(rng, 2, 5, 7), mask=np.tri(5, dtype=bool))


def test_listing_3_gives_zeros_to_a_query_with_no_key(check, rng):
    mask = random_mask(rng, 3, 6, 6)
    mask[1, 2] = mask[2, 5] = False
    check("batched_attention", normal(rng, 3, 6, 7), mask=mask)


def test_listing_3_takes_scores_of_ten_thousand(check, rng):
    check("batched_attention", 100 * normal(rng, 2, 5, 3))


def test_listing_4_follows_the_right_formula(check, rng):
    check("formula_attention", *listing_4(rng))


def test_listing_4_takes_batches(check, rng):
    check("formula_attention", *listing_4(rng, 2, 3))


def test_listing_4_takes_scores_of_ten_thousand(check, rng):
    *rest, w_q, w_k, w_v = listing_4(rng)
    check("formula_attention", *rest, 100 * w_q, 100 * w_k, w_v)


def test_float32_stays_float32(check, rng):
    check.dtype("one_matrix_attention", *listing_1(rng, 2, dtype=np.float32))
    check.dtype("embedding_attention", *listing_2(rng, 2, dtype=np.float32))
    check.dtype("batched_attention", normal(rng, 3, 6, 7, dtype=np.float32))
    check.dtype("formula_attention", *listing_4(rng, 2, dtype=np.float32))


def test_inputs_are_unchanged(check, rng):
    check.unchanged("one_matrix_attention", *listing_1(rng, 2))
    check.unchanged("embedding_attention", *listing_2(rng, 2))
    check.unchanged("batched_attention", normal(rng, 3, 6, 7), random_mask(rng, 3, 6, 6))
    check.unchanged("formula_attention", *listing_4(rng, 2))
