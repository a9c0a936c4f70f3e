"""Checks of ex04: values, masks, empty rows, large scores, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def inputs(rng, *lead, dtype=np.float64):
    """x of 5 elements of width 4, and matrices to d_k 6 and d_v 7 that keep the scores small."""
    x = normal(rng, *lead, 5, 4, dtype=dtype)
    return x, *(normal(rng, 4, width, dtype=dtype) / 2 for width in (6, 6, 7))


def test_values_of_one_sequence(check, rng):
    check("self_attention", *inputs(rng))
    square = [normal(rng, 4, 4) / 2 for _ in range(3)]
    check("self_attention", normal(rng, 4, 4), *square, says_="Here all widths are the same.")


def test_leading_axes(check, rng):
    check("self_attention", *inputs(rng, 2, 3))
    check("self_attention", *inputs(rng, 1), says_="A batch of one keeps its axis.")


def test_a_causal_mask(check, rng):
    check("self_attention", *inputs(rng, 2, 3), mask=np.tril(np.ones((5, 5), dtype=bool)))


def test_a_mask_of_keys_broadcasts(check, rng):
    mask = np.arange(5) < np.array([3, 5])[:, None]
    check("self_attention", *inputs(rng, 2, 3), mask=mask[:, None, None, :])


def test_a_mask_for_each_sequence(check, rng):
    mask = normal(rng, 2, 3, 5, 5) < 0.3
    mask[..., 1] = True
    check("self_attention", *inputs(rng, 2, 3), mask=mask)


def test_an_element_that_may_attend_to_nothing_gets_zeros(check, rng):
    mask = np.tril(np.ones((5, 5), dtype=bool))
    mask[2] = False
    check("self_attention", *inputs(rng, 2, 3), mask=mask)


def test_scores_of_ten_thousand_are_finite(check, rng):
    x, w_q, w_k, w_v = inputs(rng, 2)
    check("self_attention", 100 * x, w_q, w_k, w_v)


def test_a_hidden_score_of_ten_thousand_does_no_harm(check, rng):
    x, w_q, w_k, w_v = inputs(rng, 2)
    mask = np.tril(np.ones((5, 5), dtype=bool))
    check("self_attention", 100 * x, w_q, w_k, w_v, mask=mask)
    says = "Every score that may be seen is below -1e4: a hidden one must lie lower still."
    low = 100 * np.abs(x), np.abs(w_q), -np.abs(w_k), w_v
    check("self_attention", *low, mask=mask, says_=says)


def test_float32_stays_float32(check, rng):
    check.dtype("self_attention", *inputs(rng, 2, dtype=np.float32))


def test_inputs_are_unchanged(check, rng):
    mask = np.tril(np.ones((5, 5), dtype=bool))
    check.unchanged("self_attention", *inputs(rng), mask=mask)
