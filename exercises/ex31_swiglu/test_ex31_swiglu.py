"""Checks of ex31: forward values and large gates, then the backward pass, dtype, inputs."""

import numpy as np
from grader import normal


def matrices(rng, d, f, dtype=np.float64):
    """Three matrices that keep the gates near one."""
    gate, up = (normal(rng, d, f, dtype=dtype) / dtype(d**0.5) for _ in range(2))
    return gate, up, normal(rng, f, d, dtype=dtype) / dtype(f**0.5)


def forward(x, w_gate, w_up, w_down):
    """The formula, for the numerical derivative."""
    gate = x @ w_gate
    return (gate / (1 + np.exp(-gate)) * (x @ w_up)) @ w_down


def test_values(check, rng):
    check("swiglu", normal(rng, 5, 7), *matrices(rng, 7, 11))


def test_two_leading_axes(check, rng):
    check("swiglu", normal(rng, 2, 3, 5), *matrices(rng, 5, 13))


def test_a_single_vector(check, rng):
    check("swiglu", normal(rng, 6), *matrices(rng, 6, 11))


def test_a_hidden_layer_narrower_than_the_model(check, rng):
    check("swiglu", normal(rng, 4, 7), *matrices(rng, 7, 1))


def test_gates_of_three(check, rng):
    says = "Gates well above and well below 0, where activations differ."
    check("swiglu", 3 * normal(rng, 6, 5), *matrices(rng, 5, 11), says_=says)


def test_a_row_of_zeros_stays_zero(check, rng):
    x = normal(rng, 3, 5)
    x[1] = 0
    check("swiglu", x, *matrices(rng, 5, 7))


def test_gates_of_ten_thousand(check, rng):
    check("swiglu", 1e4 * normal(rng, 4, 7), *matrices(rng, 7, 11))


def test_float32_stays_float32(check, rng):
    x = normal(rng, 2, 5, 7, dtype=np.float32)
    check.dtype("swiglu", x, *matrices(rng, 7, 11, np.float32))


def test_large_gates_in_float32(check, rng):
    says = "In float32 the exponential overflows from 89 on."
    x = 200 * normal(rng, 4, 7, dtype=np.float32)
    check.dtype("swiglu", x, *matrices(rng, 7, 11, np.float32), says_=says)


def test_inputs_are_unchanged(check, rng):
    check.unchanged("swiglu", normal(rng, 2, 3, 7), *matrices(rng, 7, 11))


def test_backward_values(check, rng):
    x, dy = normal(rng, 5, 7), normal(rng, 5, 7)
    check("swiglu_backward", dy, x, *matrices(rng, 7, 11))


def test_backward_with_leading_axes(check, rng):
    x, dy = normal(rng, 3, 4, 7), normal(rng, 3, 4, 7)
    check("swiglu_backward", dy, x, *matrices(rng, 7, 11))
    x, dy = normal(rng, 2, 3, 4, 5), normal(rng, 2, 3, 4, 5)
    check("swiglu_backward", dy, x, *matrices(rng, 5, 13))


def test_backward_of_a_single_vector(check, rng):
    x, dy = normal(rng, 6), normal(rng, 6)
    check("swiglu_backward", dy, x, *matrices(rng, 6, 11))


def test_backward_agrees_with_central_differences(check, rng):
    inputs = normal(rng, 2, 3, 5), *matrices(rng, 5, 4)
    dy = normal(rng, 2, 3, 5)
    check.gradient("swiglu_backward", (dy, *inputs), forward=forward, wrt=inputs)


def test_backward_with_gates_of_three(check, rng):
    x, dy = 3 * normal(rng, 6, 5), normal(rng, 6, 5)
    check("swiglu_backward", dy, x, *matrices(rng, 5, 11))


def test_backward_of_a_row_of_zeros(check, rng):
    x, dy = normal(rng, 3, 5), normal(rng, 3, 5)
    x[1] = 0
    check("swiglu_backward", dy, x, *matrices(rng, 5, 7))


def test_backward_with_gates_of_ten_thousand(check, rng):
    x, dy = 1e4 * normal(rng, 4, 7), normal(rng, 4, 7)
    check("swiglu_backward", dy, x, *matrices(rng, 7, 11))


def test_backward_keeps_float32(check, rng):
    x, dy = normal(rng, 2, 5, 7, dtype=np.float32), normal(rng, 2, 5, 7, dtype=np.float32)
    check.dtype("swiglu_backward", dy, x, *matrices(rng, 7, 11, np.float32))


def test_backward_with_large_gates_in_float32(check, rng):
    x, dy = 200 * normal(rng, 4, 7, dtype=np.float32), normal(rng, 4, 7, dtype=np.float32)
    check.dtype("swiglu_backward", dy, x, *matrices(rng, 7, 11, np.float32))


def test_backward_leaves_its_inputs_alone(check, rng):
    x, dy = normal(rng, 2, 3, 7), normal(rng, 2, 3, 7)
    check.unchanged("swiglu_backward", dy, x, *matrices(rng, 7, 11))
