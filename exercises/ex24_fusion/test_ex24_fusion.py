"""Checks of ex24: the blend, each gradient, then no axes, wide scores, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def case(rng, *leading, d=4, dtype=np.float64):
    """a, b, w and bias with soft gates."""
    a, b = normal(rng, *leading, d, dtype=dtype), normal(rng, *leading, d, dtype=dtype)
    return a, b, 0.5 * normal(rng, 2 * d, d, dtype=dtype), normal(rng, d, dtype=dtype)


def wide_case(rng):
    """Scores between -1e4 and 1e4, some of them soft."""
    a, b, w, bias = case(rng, 6, d=5)
    return a, b, w, bias + np.array([1e4, 0.0, -1e4, 40.0, -1.0])


def blend(a, b, w, bias):
    """The forward, written for the numerical derivative alone."""
    gate = 1 / (1 + np.exp(-(np.concatenate([a, b], axis=-1) @ w + bias)))
    return gate * a + (1 - gate) * b


def test_the_gate_blends_feature_by_feature(check, rng):
    check("gated_fusion", *case(rng, 7))


def test_gradients_of_every_input(check, rng):
    check("gated_fusion_backward", normal(rng, 7, 4), *case(rng, 7))


def test_gradients_agree_with_central_differences(check, rng):
    args = (normal(rng, 3, 5, 4), *case(rng, 3, 5))
    check.gradient("gated_fusion_backward", args, forward=blend, wrt=args[1:])


def test_more_leading_axes(check, rng):
    check("gated_fusion", *case(rng, 2, 5, 3, d=6))
    check("gated_fusion_backward", normal(rng, 2, 5, 3, 6), *case(rng, 2, 5, 3, d=6))


def test_a_single_user(check, rng):
    check("gated_fusion", *case(rng, d=5))
    check("gated_fusion_backward", normal(rng, 5), *case(rng, d=5))


def test_scores_of_ten_thousand(check, rng):
    check("gated_fusion", *wide_case(rng), says_="a gate that is wide open passes a through")
    check("gated_fusion_backward", normal(rng, 6, 5), *wide_case(rng))


def test_missing_side_features(check, rng):
    a, b, w, bias = case(rng, 8, d=3)
    check("gated_fusion", a, np.zeros_like(b), w, bias)
    check("gated_fusion_backward", normal(rng, 8, 3), a, np.zeros_like(b), w, bias)


def test_float32_stays_float32(check, rng):
    args = case(rng, 6, dtype=np.float32)
    check.dtype("gated_fusion", *args)
    check.dtype("gated_fusion_backward", normal(rng, 6, 4, dtype=np.float32), *args)


def test_inputs_are_unchanged(check, rng):
    args = case(rng, 3, 7)
    check.unchanged("gated_fusion", *args)
    check.unchanged("gated_fusion_backward", normal(rng, 3, 7, 4), *args)
