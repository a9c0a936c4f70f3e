"""Checks of ex25: exact values without noise, then the noise by its moments over many draws."""

import numpy as np
from grader import Seed, normal

CALLS = 200


def users(rng, n=9, d=5, dtype=np.float64):
    """n gradients of very different norms, some below a clip of 1.5 and some above."""
    sizes = np.geomspace(0.1, 3, n)[rng.permutation(n), None]
    return (sizes * normal(rng, n, d)).astype(dtype)


def noise(module, gradients, clip, noise_multiplier, rng):
    """The noise of many calls, (CALLS, d), in units of the deviation asked for.

    The generator goes on from call to call, as in training.
    """
    exact = module.private_mean(gradients, clip, 0.0, rng)
    calls = [module.private_mean(gradients, clip, noise_multiplier, rng) for _ in range(CALLS)]
    return (np.array(calls) - exact) * len(gradients) / (noise_multiplier * clip)


def spread(module, gradients, clip, noise_multiplier, rng):
    """Mean and deviation of all the noise: 0 and 1."""
    z = noise(module, gradients, clip, noise_multiplier, rng)
    return {"mean": float(z.mean()), "deviation": float(np.sqrt(np.mean(z**2)))}


def independence(module, gradients, clip, noise_multiplier, rng):
    """Deviations of the means over coordinates and over calls: 1 if all draws are independent."""
    z = noise(module, gradients, clip, noise_multiplier, rng)
    return {
        "between coordinates": float(z.mean(axis=1).std() * np.sqrt(z.shape[1])),
        "between calls": float(z.mean(axis=0).std() * np.sqrt(z.shape[0])),
    }


def tails(module, gradients, clip, noise_multiplier, rng):
    """The fourth moment over the square of the second: 3 for a normal distribution."""
    z = noise(module, gradients, clip, noise_multiplier, rng)
    return float(np.mean(z**4) / max(np.mean(z**2) ** 2, 1e-12))


def repeated(module, gradients, seed):
    """Which of three answers agree: the same seed twice, another seed, no noise at all."""
    first = module.private_mean(gradients, 1.5, 0.8, np.random.default_rng(seed))
    again = module.private_mean(gradients, 1.5, 0.8, np.random.default_rng(seed))
    other = module.private_mean(gradients, 1.5, 0.8, np.random.default_rng(seed + 1))
    exact = module.private_mean(gradients, 1.5, 0.0, np.random.default_rng(seed))
    return {
        "the same seed again": bool(np.array_equal(first, again)),
        "another seed": bool(np.array_equal(first, other)),
        "no noise": bool(np.array_equal(first, exact)),
    }


def test_each_user_is_clipped(check, rng):
    check("private_mean", users(rng), 1.5, 0.0, Seed(0))


def test_no_user_exceeds_the_clip(check, rng):
    check("private_mean", users(rng, n=7, d=3), 100.0, 0.0, Seed(0))


def test_one_user_cannot_move_the_mean_far(check, rng):
    gradients = users(rng, n=8, d=4)
    gradients[3] *= 1e6
    check("private_mean", gradients, 0.7, 0.0, Seed(0), says_="one user's share is clip / n")


def test_the_noise_has_the_right_spread(check, rng):
    gradients = users(rng, d=64)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(spread, gradients, 1.5, 0.8, Seed(1), rtol_=0, atol_=0.07)


def test_the_noise_is_in_proportion_to_the_clip(check, rng):
    gradients = users(rng, n=5, d=64)
    check("private_mean", gradients, 0.3, 0.0, Seed(0))
    check.drive(spread, gradients, 0.3, 2.5, Seed(2), rtol_=0, atol_=0.07)


def test_each_number_has_noise_of_its_own(check, rng):
    gradients = users(rng, d=64)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(independence, gradients, 1.5, 0.8, Seed(3), rtol_=0, atol_=0.6)


def test_the_noise_is_normal(check, rng):
    gradients = users(rng, d=64)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(tails, gradients, 1.5, 0.8, Seed(4), rtol_=0, atol_=0.5)


def test_all_randomness_comes_from_rng(check, rng):
    gradients = users(rng)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(repeated, gradients, 7, says_="equal seeds agree, different seeds differ")


def test_users_without_a_gradient_stay_zero(check, rng):
    gradients = users(rng)
    gradients[[2, 5]] = 0
    check("private_mean", gradients, 1.5, 0.0, Seed(0))


def test_a_single_user(check, rng):
    check("private_mean", 2 * normal(rng, 1, 6), 0.9, 0.0, Seed(0))


def test_float32_stays_float32(check, rng):
    gradients = users(rng, dtype=np.float32)
    check.dtype("private_mean", gradients, 1.5, 0.0, Seed(0))


def test_inputs_are_unchanged(check, rng):
    check.unchanged("private_mean", users(rng), 1.5, 0.0, Seed(0))
