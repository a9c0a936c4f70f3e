"""Checks of ex08: values, numerical gradients, leading axes, closed units, dtype, unchanged."""

import numpy as np
from grader import normal


def inputs(rng, *lead, dtype=np.float64):
    """x (..., 5, 4), w0 (4, 7), b0, w1 (7, 3), b1."""
    shapes = ((*lead, 5, 4), (4, 7), (7,), (7, 3), (3,))
    return [normal(rng, *shape, dtype=dtype) for shape in shapes]


def upstream(rng, x):
    return normal(rng, *x.shape[:-1], 3, dtype=x.dtype)


def two_layers(x, w0, b0, w1, b1):
    return np.maximum(x @ w0 + b0, 0) @ w1 + b1


def test_values(check, rng):
    check("mlp", *inputs(rng))


def test_leading_axes(check, rng):
    check("mlp", *inputs(rng, 2, 6))


def test_a_single_row(check, rng):
    x, *parameters = inputs(rng)
    for row in (x[0], x[:1]):
        check("mlp", row, *parameters)
        check("mlp_backward", upstream(rng, row), row, *parameters, says_="dx has the shape of x.")


def test_backward(check, rng):
    x, *parameters = inputs(rng)
    check("mlp_backward", upstream(rng, x), x, *parameters)


def test_backward_with_leading_axes(check, rng):
    x, *parameters = inputs(rng, 2, 6)
    check("mlp_backward", upstream(rng, x), x, *parameters)


def test_gradients_agree_with_central_differences(check, rng):
    arrays = inputs(rng, 2)
    dy = upstream(rng, arrays[0])
    check.gradient("mlp_backward", (dy, *arrays), forward=two_layers, wrt=tuple(arrays))


def test_rows_of_padding_get_no_gradient(check, rng):
    x, w0, b0, w1, b1 = inputs(rng, 2)
    x[:, 3:] = 0
    check("mlp_backward", upstream(rng, x), x, w0, np.zeros_like(b0), w1, b1)


def test_units_that_never_open_get_no_gradient(check, rng):
    x, w0, b0, w1, b1 = inputs(rng, 2)
    b0[[1, 4]] = -100
    check("mlp", x, w0, b0, w1, b1)
    check("mlp_backward", upstream(rng, x), x, w0, b0, w1, b1)


def test_float32_stays_float32(check, rng):
    x, *parameters = inputs(rng, 2, dtype=np.float32)
    check.dtype("mlp", x, *parameters)
    check.dtype("mlp_backward", upstream(rng, x), x, *parameters)


def test_inputs_are_unchanged(check, rng):
    x, *parameters = inputs(rng)
    check.unchanged("mlp", x, *parameters)
    check.unchanged("mlp_backward", upstream(rng, x), x, *parameters)
