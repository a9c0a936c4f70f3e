"""Checks of ex42: the loss, its gradient, small temperatures, few rows, dtype, inputs unchanged."""

import numpy as np
from grader import normal

ROUNDED = {"rtol_": 1e-6, "atol_": 1e-6}  # a score of 10,000 is known to 1e-12, and so is exp of it


def pairs(rng, n, d, dtype=np.float64):
    """Partners that are somewhat alike, in rows of very different lengths."""
    a = normal(rng, n, d)
    b = 0.7 * a + normal(rng, n, d)
    a *= np.exp(normal(rng, n, 1))
    b *= 2.5 * np.exp(normal(rng, n, 1))
    return a.astype(dtype), b.astype(dtype)


def forward(a, b, temperature):
    """The loss, for the numerical derivative."""
    u, w = (x / np.sqrt((x * x).sum(axis=1, keepdims=True)) for x in (a, b))
    scores = u @ w.T / temperature
    both = np.logaddexp.reduce(scores, axis=1) + np.logaddexp.reduce(scores, axis=0)
    return (both / 2 - np.diagonal(scores)).mean()


def test_values(check, rng):
    check("info_nce", *pairs(rng, 5, 7), 0.6)


def test_more_rows_than_features(check, rng):
    check("info_nce", *pairs(rng, 11, 3), 0.7)


def test_low_and_high_temperatures(check, rng):
    a, b = pairs(rng, 6, 8)
    check("info_nce", a, b, 0.07)
    check("info_nce", a, b, 3.0)
    check("info_nce", a, b, 1)


def test_one_pair_and_two(check, rng):
    check("info_nce", *pairs(rng, 5, 3), 0.4)
    check("info_nce", *pairs(rng, 1, 4), 0.35)
    check("info_nce", *pairs(rng, 2, 5), 0.3)
    check("info_nce", *pairs(rng, 6, 1), 0.6)


def test_lengths_do_not_matter(check, rng):
    a, b = pairs(rng, 5, 7)
    check("info_nce", 3000 * a, b / 500, 0.6)


def test_equal_rows(check, rng):
    a, b = pairs(rng, 6, 4)
    a[3], b[5] = a[1], 2 * b[0]
    check("info_nce", a, b, 0.4)
    check("info_nce", a, a, 0.4)


def test_scores_of_ten_thousand(check, rng):
    a, b = pairs(rng, 5, 7)
    check("info_nce", a, b, 0.6)
    check("info_nce", a, b, 1e-4, **ROUNDED)
    check("info_nce", a, -a, 1e-4, **ROUNDED)
    strangers = normal(rng, 5, 7), normal(rng, 5, 7)  # whose best partner is another's
    check("info_nce", *strangers, 1e-4, **ROUNDED)


def test_backward_values(check, rng):
    check("info_nce_backward", *pairs(rng, 5, 7), 0.6)


def test_backward_with_more_rows_than_features(check, rng):
    check("info_nce_backward", *pairs(rng, 11, 3), 0.7)


def test_backward_at_low_and_high_temperatures(check, rng):
    a, b = pairs(rng, 6, 8)
    check("info_nce_backward", a, b, 0.07)
    check("info_nce_backward", a, b, 3.0)
    check("info_nce_backward", a, b, 1)


def test_backward_of_one_pair_and_two(check, rng):
    check("info_nce_backward", *pairs(rng, 5, 3), 0.4)
    check("info_nce_backward", *pairs(rng, 1, 4), 0.35)
    check("info_nce_backward", *pairs(rng, 2, 5), 0.3)
    check("info_nce_backward", *pairs(rng, 6, 1), 0.6)


def test_backward_of_long_and_short_rows(check, rng):
    a, b = pairs(rng, 5, 7)
    check("info_nce_backward", 30 * a, b / 50, 0.6)


def test_backward_of_equal_rows(check, rng):
    a, b = pairs(rng, 6, 4)
    a[3], b[5] = a[1], 2 * b[0]
    check("info_nce_backward", a, b, 0.4)


def test_backward_agrees_with_a_numerical_derivative(check, rng):
    a, b = pairs(rng, 4, 6)
    a, b = a + np.sign(a), b + np.sign(b)
    check.gradient(
        "info_nce_backward",
        (a, b, 0.7),
        forward=lambda a, b: forward(a, b, 0.7),
        wrt=(a, b),
        upstream=1.0,
    )


def test_backward_of_scores_of_ten_thousand(check, rng):
    a, b = pairs(rng, 5, 7)
    check("info_nce_backward", a, b, 0.6)
    check("info_nce_backward", a, b, 1e-4, **ROUNDED)
    check("info_nce_backward", a, -a, 1e-4, **ROUNDED)
    strangers = normal(rng, 5, 7), normal(rng, 5, 7)  # whose best partner is another's
    check("info_nce_backward", *strangers, 1e-4, **ROUNDED)


def test_float32_stays_float32(check, rng):
    check.dtype("info_nce", *pairs(rng, 5, 7, np.float32), 0.6)


def test_backward_keeps_float32(check, rng):
    check.dtype("info_nce_backward", *pairs(rng, 5, 7, np.float32), 0.6)


def test_inputs_unchanged(check, rng):
    check.unchanged("info_nce", *pairs(rng, 5, 7), 0.6)


def test_backward_leaves_its_inputs_alone(check, rng):
    check.unchanged("info_nce_backward", *pairs(rng, 5, 7), 0.6)
