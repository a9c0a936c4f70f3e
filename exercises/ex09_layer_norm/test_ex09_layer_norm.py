"""Checks of ex09: forward values, then the backward pass, edge cases, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def gain_and_bias(rng, d, dtype=np.float64):
    """Gains that differ and are not near one, and a bias."""
    return normal(rng, d, dtype=dtype) + dtype(1.5), normal(rng, d, dtype=dtype)


def forward(x, gain, bias):
    """Layer normalisation, for the numerical derivative."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5) * gain + bias


def test_values(check, rng):
    check("layer_norm", 2 * normal(rng, 5, 7) + 0.5, *gain_and_bias(rng, 7))


def test_leading_axes(check, rng):
    check("layer_norm", normal(rng, 2, 3, 5, 4), *gain_and_bias(rng, 4))


def test_a_single_row(check, rng):
    check("layer_norm", normal(rng, 6) - 0.8, *gain_and_bias(rng, 6))


def test_eps_under_the_root(check, rng):
    check("layer_norm", 0.7 * normal(rng, 4, 6), *gain_and_bias(rng, 6), eps=0.3)


def test_a_row_of_equal_numbers_gives_the_bias(check, rng):
    x = normal(rng, 3, 5)
    x[1] = 2.0
    check("layer_norm", x, *gain_and_bias(rng, 5))


def test_a_large_offset_costs_no_precision(check, rng):
    x = 10_000 + 0.01 * normal(rng, 4, 6)
    check("layer_norm", x, *gain_and_bias(rng, 6))
    inputs = normal(rng, 4, 6), x, *gain_and_bias(rng, 6)
    check("layer_norm_backward", *inputs, rtol_=1e-6, atol_=1e-6)


def test_large_numbers_stay_finite(check, rng):
    check("layer_norm", 1e4 * normal(rng, 3, 8), *gain_and_bias(rng, 8))


def test_backward_values(check, rng):
    x = 2 * normal(rng, 5, 7) + 0.5
    check("layer_norm_backward", normal(rng, 5, 7), x, *gain_and_bias(rng, 7))


def test_backward_leading_axes(check, rng):
    x = normal(rng, 2, 3, 5, 4)
    check("layer_norm_backward", normal(rng, 2, 3, 5, 4), x, *gain_and_bias(rng, 4))


def test_backward_of_a_single_row(check, rng):
    x = normal(rng, 6) - 0.8
    check("layer_norm_backward", normal(rng, 6), x, *gain_and_bias(rng, 6))


def test_backward_uses_eps(check, rng):
    x = 0.7 * normal(rng, 4, 6)
    check("layer_norm_backward", normal(rng, 4, 6), x, *gain_and_bias(rng, 6), eps=0.3)


def test_backward_agrees_with_a_numerical_derivative(check, rng):
    inputs = 1.5 * normal(rng, 2, 3, 5) - 0.4, *gain_and_bias(rng, 5)
    dy = normal(rng, 2, 3, 5)
    check.gradient("layer_norm_backward", (dy, *inputs), forward=forward, wrt=inputs)


def test_backward_with_a_row_of_equal_numbers(check, rng):
    x = normal(rng, 3, 5)
    x[1] = 2.0
    check("layer_norm_backward", normal(rng, 3, 5), x, *gain_and_bias(rng, 5))


def test_float32_stays_float32(check, rng):
    x = normal(rng, 3, 4, 6, dtype=np.float32)
    check.dtype("layer_norm", x, *gain_and_bias(rng, 6, np.float32))


def test_backward_keeps_float32(check, rng):
    dy, x = normal(rng, 3, 4, 6, dtype=np.float32), normal(rng, 3, 4, 6, dtype=np.float32)
    check.dtype("layer_norm_backward", dy, x, *gain_and_bias(rng, 6, np.float32))


def test_inputs_unchanged(check, rng):
    check.unchanged("layer_norm", normal(rng, 2, 3, 5), *gain_and_bias(rng, 5))


def test_backward_leaves_its_inputs_alone(check, rng):
    x = normal(rng, 2, 3, 5)
    check.unchanged("layer_norm_backward", normal(rng, 2, 3, 5), x, *gain_and_bias(rng, 5))
