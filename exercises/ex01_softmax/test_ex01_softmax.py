"""Checks of ex01: values first, then axes, shift, large scores, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def softmax_by_hand(x):
    """Softmax over the last axis, for the numerical derivative."""
    e = np.exp(x)
    return e / e.sum(-1, keepdims=True)


def softmax_over_axis_0(x):
    """Softmax over the first axis, for the numerical derivative."""
    e = np.exp(x)
    return e / e.sum(0, keepdims=True)


def forward_then_backward(module, x, dy):
    """Both passes in a row, as a layer would use them."""
    y = module.softmax(x)
    return y, module.softmax_backward(dy, y)


def test_values_of_a_matrix(check, rng):
    check("softmax", normal(rng, 5, 7))


def test_values_with_leading_axes(check, rng):
    check("softmax", normal(rng, 2, 3, 5, 4))


def test_any_axis_may_be_asked_for(check, rng):
    x = normal(rng, 3, 5, 4)
    check("softmax", x, axis=0)
    check("softmax", x, axis=1)
    check("softmax", x, axis=-2)
    check("softmax", normal(rng, 3, 5), axis=-2)
    check("softmax", normal(rng, 2, 3, 4, 5), axis=-3)


def test_a_vector_and_a_single_score(check, rng):
    check("softmax", normal(rng, 6), says_="A vector has one axis, and it is the last one.")
    check("softmax", normal(rng, 4, 1), says_="One score alone has probability 1.")


def test_large_scores_stay_finite(check, rng):
    x = normal(rng, 4, 6)
    check("softmax", x + 1e4, says_="A constant added to every score changes nothing.")
    check("softmax", x - 1e4, says_="A constant added to every score changes nothing.")
    x[1, 2], x[3, 0] = 1e4, -1e4
    check("softmax", x, says_="exp(1e4) is infinite: no exponent may be that large.")


def test_each_row_may_have_its_own_offset(check, rng):
    offsets = np.array([0.0, 9e3, -9e3, 400.0])[:, None]
    check("softmax", normal(rng, 4, 5) + offsets, says_="The rows are independent of each other.")


def test_small_probabilities_are_not_cut_off(check):
    x = np.array([[0.0, -30.0, -75.0], [-140.0, 2.0, -33.0]])
    says = "A probability of 1e-33 is small, not 0; nothing is added or cut."
    check("softmax", x, rtol_=1e-9, atol_=1e-80, says_=says)


def test_softmax_keeps_float32(check, rng):
    check.dtype("softmax", normal(rng, 5, 6, dtype=np.float32))


def test_softmax_leaves_its_input_alone(check, rng):
    check.unchanged("softmax", normal(rng, 4, 6))


def test_backward_values(check, rng):
    y = softmax_by_hand(normal(rng, 5, 7))
    check("softmax_backward", normal(rng, 5, 7), y)


def test_backward_of_a_vector_and_of_one_score(check, rng):
    y = np.exp(normal(rng, 6))
    check("softmax_backward", normal(rng, 6), y / y.sum())
    check("softmax_backward", normal(rng, 4, 1), np.ones((4, 1)))


def test_backward_with_leading_axes(check, rng):
    y = softmax_by_hand(normal(rng, 2, 3, 5, 4))
    check("softmax_backward", normal(rng, 2, 3, 5, 4), y)


def test_backward_matches_central_differences(check, rng):
    x, dy = normal(rng, 4, 5), normal(rng, 4, 5)
    y = softmax_by_hand(x)
    check.gradient("softmax_backward", (dy, y), forward=softmax_by_hand, wrt=(x,))


def test_backward_over_another_axis(check, rng):
    x, dy = normal(rng, 4, 3, 5), normal(rng, 4, 3, 5)
    check("softmax_backward", dy, softmax_over_axis_0(x), axis=0)
    y = softmax_over_axis_0(x.swapaxes(0, 1)).swapaxes(0, 1)
    check("softmax_backward", dy, y, axis=1)


def test_both_passes_in_a_row(check, rng):
    check.drive(forward_then_backward, normal(rng, 3, 6), normal(rng, 3, 6))


def test_backward_keeps_float32(check, rng):
    y = softmax_by_hand(normal(rng, 5, 6)).astype(np.float32)
    check.dtype("softmax_backward", normal(rng, 5, 6, dtype=np.float32), y)


def test_backward_leaves_its_inputs_alone(check, rng):
    y = softmax_by_hand(normal(rng, 4, 6))
    check.unchanged("softmax_backward", normal(rng, 4, 6), y)
