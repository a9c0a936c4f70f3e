"""Checks of ex02: values first, then masks, edge cases, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def inputs(rng, *leading, n=5, m=7, d=11, dv=3, dtype=np.float64):
    """Queries, keys and values with every dimension distinct."""
    shapes = (n, d), (m, d), (m, dv)
    return tuple(normal(rng, *leading, *shape, dtype=dtype) for shape in shapes)


def test_values_of_one_sequence(check, rng):
    check("attention", *inputs(rng))


def test_values_of_a_batch_with_heads(check, rng):
    says = "Leading axes stay; k.T would turn them all round."
    check("attention", *inputs(rng, 2, 3, 2), says_=says)


def test_values_when_everything_has_one_width(check, rng):
    x = normal(rng, 2, 5, 4)
    check("attention", x, normal(rng, 2, 5, 4), normal(rng, 2, 5, 4))


def test_the_scale_follows_the_width_of_the_keys(check, rng):
    q, k, v = inputs(rng, 2, n=3, m=5, d=16, dv=2)
    check("attention", q / 2, k, v, says_="The scale is the square root of d, the width of a key.")


def test_a_mask_forbids_keys(check, rng):
    q, k, v = inputs(rng, 2, 3)
    mask = rng.random((2, 3, 5, 7)) < 0.6
    mask[..., 0] = True
    check("attention", q, k, v, mask)


def test_a_causal_mask(check, rng):
    q, k, v = inputs(rng, 3, n=6, m=6)
    check("attention", q, k, v, mask=np.tri(6, dtype=bool))


def test_a_mask_broadcasts_over_queries_and_heads(check, rng):
    q, k, v = inputs(rng, 2, 3)
    real = np.arange(7) < np.array([7, 4])[:, None]
    check("attention", q, k, v, mask=real[:, None, None, :], says_="A padding mask: (B, 1, 1, m).")


def test_a_query_with_no_key_gets_zeros(check, rng):
    q, k, v = inputs(rng, 2)
    mask = rng.random((2, 5, 7)) < 0.6
    mask[:, :, 2] = True
    mask[0, 3] = mask[1, 0] = False
    check(
        *("attention", q, k, v, mask),
        says_="A row of the mask is all False: its weights and its output are 0, not NaN.",
    )


def test_no_key_at_all_gives_zeros(check, rng):
    q, k, v = inputs(rng, 2)
    check("attention", q, k, v, mask=np.zeros((2, 5, 7), dtype=bool))


def test_large_scores_stay_finite(check, rng):
    q, k, v = inputs(rng, 2)
    check("attention", q * 100, k * 100, v, says_="Scores near 1e4: exp overflows without care.")


def test_large_negative_scores_still_share_out_the_weight(check, rng):
    q, k, v = inputs(rng)
    q[..., 0], k[..., 0] = 190.0, -190.0
    mask = rng.random((5, 7)) < 0.7
    mask[:, 1] = True
    check("attention", q, k, v, mask, says_="All scores are near -1e4 and the row still sums to 1.")


def test_a_masked_key_stays_out_of_an_extreme_row(check, rng):
    q, k, v = inputs(rng)
    k[2] = 2000 * q[0]
    mask = np.ones((5, 7), dtype=bool)
    mask[:, 2] = False
    check("attention", q, k, v, mask, says_="The largest score belongs to a key that is masked.")


def test_one_query_and_one_key(check, rng):
    check("attention", *inputs(rng, 1, n=1, m=1))
    check("attention", *inputs(rng, n=1, m=4))


def test_float32_stays_float32(check, rng):
    q, k, v = inputs(rng, 2, dtype=np.float32)
    check.dtype("attention", q, k, v)
    mask = rng.random((5, 7)) < 0.6
    mask[1] = False
    check.dtype("attention", q, k, v, mask)


def test_inputs_are_left_alone(check, rng):
    mask = rng.random((2, 5, 7)) < 0.6
    check.unchanged("attention", *inputs(rng, 2), mask)
