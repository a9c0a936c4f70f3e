"""Checks of ex43: the loss, its gradient, margins of all sizes, dtype, inputs unchanged."""

import numpy as np
from grader import normal


def pairs(rng, n, dtype=np.float64):
    """Log-probabilities of answers of different lengths, the model not far from the reference."""
    chosen, rejected = (-3 - 20 * rng.random(n) for _ in range(2))
    four = (chosen, rejected, chosen + 2 * normal(rng, n), rejected - 1 + 2 * normal(rng, n))
    return tuple(one.astype(dtype) for one in four)


def with_margins(rng, margins):
    """Pairs of which these are the margins."""
    _, rejected, chosen_reference, rejected_reference = pairs(rng, len(margins))
    chosen = np.array(margins) + chosen_reference + (rejected - rejected_reference)
    return chosen, rejected, chosen_reference, rejected_reference


def forward(chosen, rejected, chosen_reference, rejected_reference, beta):
    """The loss, for the numerical derivative."""
    margins = (chosen - chosen_reference) - (rejected - rejected_reference)
    return np.logaddexp(0, -beta * margins).mean()


def test_values(check, rng):
    check("dpo", *pairs(rng, 7), 0.3)


def test_small_and_large_betas(check, rng):
    four = pairs(rng, 6)
    check("dpo", *four, 0.1)
    check("dpo", *four, 2.7)
    check("dpo", *four, 1)


def test_one_pair(check, rng):
    check("dpo", *pairs(rng, 5), 0.7)
    check("dpo", *pairs(rng, 1), 0.7)


def test_margins_of_zero_and_far_to_both_sides(check, rng):
    check("dpo", *with_margins(rng, [0.0, 0.0, 0.0]), 0.3)
    check("dpo", *with_margins(rng, [0.0, 45.0, -45.0, 90.0]), 0.7)


def test_margins_of_ten_thousand(check, rng):
    check("dpo", *pairs(rng, 5), 0.7)
    check("dpo", *with_margins(rng, [1e4, 3.0]), 0.9)
    check("dpo", *with_margins(rng, [-800.0, 3.0, -2.0]), 0.9)  # e^720 overflows, e^-720 is not 0
    check("dpo", *with_margins(rng, [-1e4, 3.0, -2.0]), 0.9)
    check("dpo", *with_margins(rng, [1e4, -1e4, 2e3, -2e3, 0.5]), 1.3)


def test_log_probabilities_of_ten_thousand(check, rng):
    chosen, rejected, chosen_reference, rejected_reference = pairs(rng, 5)
    check("dpo", chosen - 1e4, rejected, chosen_reference - 1e4, rejected_reference, 0.7)
    both = rejected - 1e4, chosen_reference, rejected_reference - 1e4
    check("dpo", chosen, *both, 0.7)


def test_backward_values(check, rng):
    check("dpo_backward", *pairs(rng, 7), 0.3)


def test_backward_with_small_and_large_betas(check, rng):
    four = pairs(rng, 6)
    check("dpo_backward", *four, 0.1)
    check("dpo_backward", *four, 2.7)
    check("dpo_backward", *four, 1)


def test_backward_of_one_pair(check, rng):
    check("dpo_backward", *pairs(rng, 5), 0.7)
    check("dpo_backward", *pairs(rng, 1), 0.7)


def test_backward_of_margins_of_zero_and_far_to_both_sides(check, rng):
    check("dpo_backward", *pairs(rng, 5), 0.7)
    check("dpo_backward", *with_margins(rng, [0.0, 0.0, 0.0]), 0.3)
    check("dpo_backward", *with_margins(rng, [0.0, 45.0, -45.0, 90.0]), 0.7)


def test_backward_agrees_with_a_numerical_derivative(check, rng):
    chosen, rejected, *references = pairs(rng, 6)
    check.gradient(
        "dpo_backward",
        (chosen, rejected, *references, 0.7),
        forward=lambda c, r: forward(c, r, *references, 0.7),
        wrt=(chosen, rejected),
        upstream=1.0,
    )


def test_backward_of_margins_of_ten_thousand(check, rng):
    check("dpo_backward", *pairs(rng, 5), 0.7)
    check("dpo_backward", *with_margins(rng, [1e4, 3.0]), 0.9)
    check("dpo_backward", *with_margins(rng, [-1e4, 3.0, -2.0]), 0.9)
    check("dpo_backward", *with_margins(rng, [1e4, -1e4, 2e3, -2e3, 0.5]), 1.3)


def test_float32_stays_float32(check, rng):
    check.dtype("dpo", *pairs(rng, 7, np.float32), 0.3)


def test_backward_keeps_float32(check, rng):
    check.dtype("dpo_backward", *pairs(rng, 7, np.float32), 0.3)


def test_inputs_unchanged(check, rng):
    check.unchanged("dpo", *pairs(rng, 7), 0.3)


def test_backward_leaves_its_inputs_alone(check, rng):
    check.unchanged("dpo_backward", *pairs(rng, 7), 0.3)


def losses_and_gradients(module, pairs_of_each, beta):
    """Twice the same pairs, and another order of them: nothing may be kept in between."""
    found = []
    for four in pairs_of_each:
        found += [module.dpo(*four, beta), *module.dpo_backward(*four, beta)]
    return tuple(np.array(one) for one in found)


def test_order_of_pairs_and_calls(check, rng):
    four = pairs(rng, 4)
    turned = tuple(one[::-1].copy() for one in four)
    check("dpo", *four, 0.7)
    check("dpo_backward", *four, 0.7)
    check.drive(losses_and_gradients, [four, turned, four], 0.7)
