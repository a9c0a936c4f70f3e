"""Clipping and noise do what the accountant assumes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from user_profile.privacy.accountant import epsilon_spent
from user_profile.privacy.clipping import noisy_mean, sample_customers


def exact(gradients, clip, divisor=1.0):
    """Without noise: a plain loop."""
    rows = [row * min(1, clip / n) if (n := math.hypot(*row)) else row for row in gradients]
    return np.sum(rows, axis=0) / divisor


def mean(gradients, size=None, **options):
    options = {"clip": 1.0, "noise_multiplier": 0.0, "divisor": 1.0, **options}
    options.setdefault("rng", np.random.default_rng(0))
    return noisy_mean(iter(gradients), size or gradients.shape[1], **options)


def test_customers_are_clipped_one_by_one_and_summed():
    rng = np.random.default_rng(1)
    gradients = rng.standard_normal((7, 5)) * np.array([0, 1e-3, 0.1, 1, 10, 1e3, 1e6])[:, None]
    before = gradients.copy()
    assert mean(gradients, clip=0.7, divisor=3.0) == pytest.approx(exact(gradients, 0.7, 3.0))
    assert np.array_equal(gradients, before)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 6), st.floats(0.01, 10), st.floats(1e-3, 1e6), st.integers(0, 99))
def test_nobody_moves_the_sum_by_more_than_the_clip(count, clip, size, seed):
    gradients = np.random.default_rng(seed).standard_normal((count, 4)) * size
    for left_out in range(count):
        moved = mean(gradients, clip=clip) - mean(np.delete(gradients, left_out, 0), 4, clip=clip)
        assert np.linalg.norm(moved) <= clip * (1 + 1e-9)


def test_noise_comes_once_in_units_of_the_clip():
    size, sigma, clip, divisor = 40_000, 1.7, 0.3, 8.0
    for count in (0, 1, 9):  # not once a customer, and even if nobody came
        rng = np.random.default_rng(count)
        got = mean(np.zeros((count, size)), size, clip=clip, noise_multiplier=sigma,
                   divisor=divisor, rng=rng)  # fmt: skip
        assert got.std() == pytest.approx(sigma * clip / divisor, rel=0.02)
        assert abs(got.mean()) < 4 * sigma * clip / divisor / math.sqrt(size)


def test_a_gradient_that_is_not_finite_stops_training():
    with pytest.raises(FloatingPointError, match="customer's gradient is nan"):
        mean(np.array([[1.0, np.nan]]))


def test_every_customer_takes_part_on_their_own():
    rng = np.random.default_rng(0)
    came = np.zeros((4000, 30), bool)
    for row in came:
        row[sample_customers(30, 0.2, rng)] = True
    assert came.mean(0) == pytest.approx(np.full(30, 0.2), abs=0.03)
    assert came.sum(1).var() == pytest.approx(30 * 0.2 * 0.8, rel=0.1)  # binomial, not fixed
    assert len(sample_customers(30, 1.0, rng)) == 30


def test_an_audit_of_one_step_stays_within_the_accountant_and_near_it():
    """P[outcome with] ≤ e^ε P[outcome without] + δ, by 400,000 runs, for every threshold."""
    rate, sigma, delta, runs = 0.3, 0.8, 0.01, 400_000
    rng = np.random.default_rng(2)
    noise = sigma * rng.standard_normal((2, runs))
    with_customer = noise[0] + (rng.random(runs) < rate)
    thresholds = np.linspace(-3, 4, 60)
    seen, unseen = ((x[:, None] > thresholds).mean(0) for x in (with_customer, noise[1]))

    def excess(epsilon):
        return max(
            (seen - math.exp(epsilon) * unseen).max(), (unseen - math.exp(epsilon) * seen).max()
        )

    epsilon = epsilon_spent(sigma, rate, 1, delta).epsilon
    assert excess(epsilon) < delta
    assert excess(epsilon / 3) > delta
