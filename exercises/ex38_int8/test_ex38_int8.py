"""Checks of ex38: whole numbers and scales, then products, each with its edges."""

import numpy as np
from grader import normal


def levels(rng, rows, columns):
    """Whole numbers as `quantize` gives them: every column reaches -127 or 127."""
    q = rng.integers(-127, 128, (rows, columns)).astype(np.int8)
    q[rng.integers(rows, size=columns), np.arange(columns)] = rng.choice([-127, 127], columns)
    return q


def scales(rng, columns, dtype=np.float64):
    return (np.exp(normal(rng, columns)) / 100).astype(dtype)


def test_whole_numbers_and_scales(check, rng):
    check("quantize", normal(rng, 7, 5))
    check("quantize", normal(rng, 11, 17) * np.exp(3 * normal(rng, 17)))


def test_a_column_is_scaled_by_itself(check, rng):
    w = normal(rng, 6, 4) * np.array([1e-4, 3.0, 200.0, 1e4])
    check("quantize", w, says_="Each column has its own scale, small or large.")
    check("quantize", w * 1e-9)


def test_the_largest_may_be_negative(check, rng):
    w = normal(rng, 9, 4)
    w[3] = -5 - np.abs(w[0])
    check("quantize", w)
    check("quantize", -np.abs(w))


def test_halves_go_to_the_even_neighbour(check):
    column = np.array([127.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.5, 63.5, -64.5])
    check("quantize", np.stack([column, column / 2, -4 * column], axis=1))


def test_just_below_and_above_a_half(check):
    column = np.array([-127.0, 0.499, 0.501, 1.499, 1.501, -0.499, -0.501, 126.4, 126.6])
    check("quantize", np.stack([column, 8 * column], axis=1))


def test_a_column_of_zeros(check, rng):
    w = normal(rng, 5, 7)
    w[:, [0, 4]] = 0
    check("quantize", w, says_="A column of zeros has the scale 1.")
    check("quantize", np.zeros((3, 2)))
    w[1] = 0
    check("quantize", w)


def test_one_row_or_one_column(check, rng):
    check("quantize", normal(rng, 1, 6))
    check("quantize", normal(rng, 6, 1))
    check("quantize", np.array([[-3.5]]))


def test_float32_weights(check, rng):
    check.dtype("quantize", normal(rng, 13, 6, dtype=np.float32))
    w = normal(rng, 4, 3, dtype=np.float32)
    w[:, 1] = 0
    check.dtype("quantize", w)
    check.dtype("quantize", normal(rng, 7, 3))


def test_the_weights_are_unchanged(check, rng):
    w = normal(rng, 6, 5)
    w[:, 2] = 0
    check.unchanged("quantize", w)


def test_a_product(check, rng):
    check("int8_matmul", normal(rng, 4, 7), levels(rng, 7, 5), scales(rng, 5))
    check("int8_matmul", normal(rng, 3, 19), levels(rng, 19, 11), scales(rng, 11))


def test_leading_axes(check, rng):
    q, scale = levels(rng, 7, 5), scales(rng, 5)
    for lead in ((), (3,), (2, 4), (2, 3, 6), (1, 1)):
        check("int8_matmul", normal(rng, *lead, 7), q, scale)
    check("int8_matmul", normal(rng, 6, 6), levels(rng, 6, 6), scales(rng, 6))


def test_no_rows_of_x(check, rng):
    check("int8_matmul", normal(rng, 2, 7), levels(rng, 7, 5), scales(rng, 5))
    check("int8_matmul", np.zeros((0, 7)), levels(rng, 7, 5), scales(rng, 5))
    check("int8_matmul", np.zeros((2, 0, 7)), levels(rng, 7, 5), scales(rng, 5))


def test_one_input_or_one_output(check, rng):
    check("int8_matmul", normal(rng, 4, 1), levels(rng, 1, 3), scales(rng, 3))
    check("int8_matmul", normal(rng, 4, 3), levels(rng, 3, 1), scales(rng, 1))


def test_sums_beyond_eight_bits(check, rng):
    q = np.full((40, 3), 127, np.int8)
    says = "A sum of products does not fit into eight bits, nor into sixteen."
    check("int8_matmul", np.round(normal(rng, 2, 40) * 50), q, scales(rng, 3), says_=says)
    check("int8_matmul", 1e4 * normal(rng, 2, 40), q, 1e4 * scales(rng, 3), says_=says)
    check("int8_matmul", 1e-6 * normal(rng, 5, 9), levels(rng, 9, 4), scales(rng, 4))


def test_the_weights_are_not_made_again(check, rng):
    q, x = levels(rng, 7, 5), 1e-4 * normal(rng, 3, 7)
    scale = np.array([1e300, 2e306, 1e308, 3e307, 1.0])
    says = "Multiply the sum by the scale: q * scale overflows where the result does not."
    check("int8_matmul", normal(rng, 3, 7), q, scales(rng, 5))
    check("int8_matmul", x / 127, q, scale, says_=says)


def test_a_scale_of_one(check, rng):
    q = levels(rng, 6, 4)
    q[:, 2] = 0
    check("int8_matmul", normal(rng, 5, 6), q, np.array([0.02, 0.5, 1.0, 1.0]))


def quantized_product(module, x, w):
    """The product by the answer's own numbers."""
    return module.int8_matmul(x, *module.quantize(w))


def test_both_together(check, rng):
    check.drive(quantized_product, normal(rng, 2, 3, 9), normal(rng, 9, 4))


def test_the_error_keeps_its_bound(check, rng):
    x, w = normal(rng, 6, 11), normal(rng, 11, 7)
    bound = np.abs(x).sum(axis=1, keepdims=True) * np.abs(w).max(axis=0) / 254

    def holds(got):
        if np.shape(got) == bound.shape and (np.abs(got - x @ w) <= bound * (1 + 1e-9)).all():
            return None
        return "an output is further from x @ w than half a scale times the sum of |x|"

    check.drive(quantized_product, x, w)
    check.property(quantized_product, x, w, holds=holds)


def test_float32_product(check, rng):
    x, scale = normal(rng, 2, 3, 8, dtype=np.float32), scales(rng, 5, np.float32)
    check.dtype("int8_matmul", x, levels(rng, 8, 5), scale)
    check.dtype("int8_matmul", x[0, 0], levels(rng, 8, 5), scale)
    check.dtype("int8_matmul", normal(rng, 3, 8), levels(rng, 8, 5), scales(rng, 5))


def test_inputs_of_the_product_are_unchanged(check, rng):
    check.unchanged("int8_matmul", normal(rng, 4, 7), levels(rng, 7, 5), scales(rng, 5))
