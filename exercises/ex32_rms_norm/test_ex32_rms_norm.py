"""Checks of ex32: forward values and eps, then the backward pass, zeros, dtype, inputs."""

import numpy as np
from grader import normal


def gains(rng, d, dtype=np.float64):
    """Gains that differ and are not near one."""
    return normal(rng, d, dtype=dtype) + dtype(1.5)


def forward(x, gain):
    """The formula, for the numerical derivative."""
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6) * gain


def test_values(check, rng):
    check("rms_norm", 2 * normal(rng, 5, 7) + 0.5, gains(rng, 7))


def test_leading_axes(check, rng):
    check("rms_norm", normal(rng, 2, 3, 5, 4), gains(rng, 4))


def test_a_single_row(check, rng):
    check("rms_norm", normal(rng, 6) - 0.8, gains(rng, 6))


def test_a_single_feature(check, rng):
    check("rms_norm", normal(rng, 5, 1), gains(rng, 1))


def test_eps_under_the_root(check, rng):
    check("rms_norm", 0.7 * normal(rng, 4, 6), gains(rng, 6), eps=0.3)


def test_the_eps_that_is_used_when_none_is_given(check, rng):
    says = "eps is 1e-6 by default; these numbers are so small that it shows."
    check("rms_norm", 2e-3 * normal(rng, 4, 6), gains(rng, 6), says_=says)


def test_a_row_of_zeros_stays_zero(check, rng):
    x = normal(rng, 3, 5)
    x[1] = 0
    check("rms_norm", x, gains(rng, 5))


def test_rows_of_very_different_sizes(check, rng):
    x = normal(rng, 4, 7) * np.array([[1e4], [1.0], [1e-2], [30.0]])
    check("rms_norm", x, gains(rng, 7))


def test_float32_stays_float32(check, rng):
    check.dtype("rms_norm", normal(rng, 3, 4, 6, dtype=np.float32), gains(rng, 6, np.float32))


def test_inputs_are_unchanged(check, rng):
    check.unchanged("rms_norm", normal(rng, 2, 3, 5), gains(rng, 5))


def test_backward_values(check, rng):
    x = 2 * normal(rng, 5, 7) + 0.5
    check("rms_norm_backward", normal(rng, 5, 7), x, gains(rng, 7))


def test_backward_with_leading_axes(check, rng):
    x = normal(rng, 2, 3, 5, 4)
    check("rms_norm_backward", normal(rng, 2, 3, 5, 4), x, gains(rng, 4))
    check("rms_norm_backward", normal(rng, 3, 2, 7), normal(rng, 3, 2, 7), gains(rng, 7))


def test_backward_of_a_single_row(check, rng):
    check("rms_norm_backward", normal(rng, 6), normal(rng, 6) - 0.8, gains(rng, 6))


def test_backward_agrees_with_central_differences(check, rng):
    inputs = 1.5 * normal(rng, 2, 3, 5) - 0.4, gains(rng, 5)
    dy = normal(rng, 2, 3, 5)
    check.gradient("rms_norm_backward", (dy, *inputs), forward=forward, wrt=inputs)


def test_backward_uses_eps(check, rng):
    x = 0.7 * normal(rng, 4, 6)
    check("rms_norm_backward", normal(rng, 4, 6), x, gains(rng, 6), eps=0.3)


def test_backward_with_the_eps_of_none_given(check, rng):
    x = 2e-3 * normal(rng, 4, 6)
    check("rms_norm_backward", normal(rng, 4, 6), x, gains(rng, 6))


def test_backward_of_a_row_of_zeros(check, rng):
    x = normal(rng, 3, 5)
    x[1] = 0
    check("rms_norm_backward", normal(rng, 3, 5), x, gains(rng, 5))


def test_backward_of_rows_of_very_different_sizes(check, rng):
    x = normal(rng, 4, 7) * np.array([[1e4], [1.0], [1e-2], [30.0]])
    check("rms_norm_backward", normal(rng, 4, 7), x, gains(rng, 7))


def test_backward_keeps_float32(check, rng):
    dy, x = normal(rng, 3, 4, 6, dtype=np.float32), normal(rng, 3, 4, 6, dtype=np.float32)
    check.dtype("rms_norm_backward", dy, x, gains(rng, 6, np.float32))


def test_backward_leaves_its_inputs_alone(check, rng):
    check.unchanged("rms_norm_backward", normal(rng, 2, 3, 5), normal(rng, 2, 3, 5), gains(rng, 5))
