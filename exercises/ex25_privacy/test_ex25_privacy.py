"""Checks of ex25: exact values without noise, then the noise by its moments over many draws."""

import numpy as np
from grader import Seed, normal

CALLS = 200  # of 64 numbers each: sampling errors stay far below the tolerances


def users(rng, n=11, d=5, dtype=np.float64):
    """n gradients of very different norms, some below a clip of 1.5 and some above."""
    sizes = np.geomspace(0.1, 3, n)[rng.permutation(n), None]
    return (sizes * normal(rng, n, d)).astype(dtype)


def noise(module, gradients, clip, noise_multiplier, rng):
    """The answer without noise, and the noise of many calls: CALLS rows of d numbers in units of
    the deviation asked for.

    The generator goes on from call to call, as in training. Plain Python from here on, so that
    what is measured hangs on nothing that an answer could have changed.
    """
    unit = noise_multiplier * clip / len(gradients)
    exact = module.private_mean(gradients, clip, 0.0, rng).tolist()
    rows = []
    for _ in range(CALLS):
        call = module.private_mean(gradients, clip, noise_multiplier, rng).tolist()
        rows.append([(noisy - plain) / unit for noisy, plain in zip(call, exact)])
    return exact, rows


def mean_power(values, power):
    """The mean of the values raised to a power."""
    return sum(value**power for value in values) / len(values)


def deviation(values):
    """The standard deviation of the values about their mean."""
    mean = mean_power(values, 1)
    return mean_power([value - mean for value in values], 2) ** 0.5


def spread(module, gradients, clip, noise_multiplier, rng):
    """Root mean square of all the noise, and its mean in units of that: 1 and 0."""
    exact, rows = noise(module, gradients, clip, noise_multiplier, rng)
    values = [value for row in rows for value in row]
    size = mean_power(values, 2) ** 0.5
    shift = mean_power(values, 1) / max(size, 1e-12)
    return {"deviation": size, "shift": shift, "without noise": exact}


def independence(module, gradients, clip, noise_multiplier, rng):
    """Deviations of the means over coordinates and over calls: 1 if all draws are independent."""
    exact, rows = noise(module, gradients, clip, noise_multiplier, rng)
    calls, d = len(rows), len(rows[0])
    return {
        "between coordinates": deviation([mean_power(row, 1) for row in rows]) * d**0.5,
        "between calls": deviation([mean_power(row, 1) for row in zip(*rows)]) * calls**0.5,
        "without noise": exact,
    }


def tails(module, gradients, clip, noise_multiplier, rng):
    """The fourth moment over the square of the second: 3 for a normal distribution."""
    _, rows = noise(module, gradients, clip, noise_multiplier, rng)
    values = [value for row in rows for value in row]
    return mean_power(values, 4) / max(mean_power(values, 2) ** 2, 1e-12)


def repeated(module, gradients, seed):
    """Four answers: one seed twice, another seed, and no noise."""
    return [
        module.private_mean(gradients, 1.5, multiplier, np.random.default_rng(one))
        for one, multiplier in [(seed, 0.8), (seed, 0.8), (seed + 1, 0.8), (seed, 0.0)]
    ]


def beneath_the_noise(module, gradients, clip, noise_multiplier, seed):
    """What is left of an answer without the noise that the same seed gives to no gradients."""
    noisy, noise = (
        module.private_mean(rows, clip, noise_multiplier, np.random.default_rng(seed))
        for rows in (gradients, np.zeros_like(gradients))
    )
    return noisy - noise


def hangs_on_the_seed(got, _):
    """Whether equal seeds gave equal answers, and everything else different ones."""
    first, again, other, exact = got
    if not np.array_equal(first, again):
        return "The same seed gave two different answers: something besides `rng` was drawn from."
    if np.array_equal(first, exact):
        return "The answer with noise equals the one without."
    if np.array_equal(first, other):
        return "Two different seeds gave the same answer: the noise does not come from `rng`."
    return None


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
    check.drive(spread, gradients, 1.5, 2.0, Seed(1), rtol_=0.1, atol_=0.07)


def test_the_noise_is_in_proportion_to_the_clip(check, rng):
    gradients = users(rng, n=3, d=64)  # far from a square, too
    check("private_mean", gradients, 0.3, 0.0, Seed(0))
    check.drive(spread, gradients, 0.3, 1.0, Seed(2), rtol_=0.1, atol_=0.07)
    says = "Nobody is clipped, and the noise is the same: it hangs on the clip, not on the data."
    check.drive(spread, gradients, 7.0, 1.0, Seed(6), rtol_=0.1, atol_=0.07)
    check.drive(spread, gradients / 1e3, 0.3, 1.0, Seed(5), rtol_=0.1, atol_=0.07, says_=says)


def test_each_number_has_noise_of_its_own(check, rng):
    gradients = users(rng, d=64)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(independence, gradients, 1.5, 2.0, Seed(3), rtol_=0.1, atol_=0.5)


def test_the_noise_is_normal(check, rng):
    gradients = users(rng, d=64)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(tails, gradients, 1.5, 2.0, Seed(4), rtol_=0.1, atol_=0.3)


def test_all_randomness_comes_from_rng(check, rng):
    gradients = users(rng)
    check("private_mean", gradients, 1.5, 0.0, Seed(0))
    check.drive(repeated, gradients, 7, compare_=hangs_on_the_seed)


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


def test_beneath_the_noise_lies_the_clipped_mean(check, rng):
    says = "Rows are clipped with noise as they are without it, and the noise hangs on no row."
    check.drive(beneath_the_noise, users(rng), 1.5, 2.0, 8, says_=says)
