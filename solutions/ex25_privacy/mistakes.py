"""What people get wrong in ex25: working functions, each with its misconception."""

import numpy as np
from grader import mistake


def _shrink(rows, clip):
    """Rows of norm at most clip."""
    norms = np.sqrt(np.sum(rows**2, axis=-1, keepdims=True))
    return rows * (clip / np.maximum(norms, clip))


def _mean(clipped, noise):
    return ((clipped.sum(axis=0) + noise) / len(clipped)).astype(clipped.dtype)


def _noise(gradients, scale, rng):
    return scale * rng.standard_normal(gradients.shape[1])


@mistake("you clip the mean; each user must be clipped before the mean is taken")
def clips_the_mean(gradients, clip, noise_multiplier, rng):
    noise = _noise(gradients, noise_multiplier * clip, rng) / len(gradients)
    return (_shrink(gradients.mean(axis=0), clip) + noise).astype(gradients.dtype)


@mistake("you clip the sum; each user must be clipped before they are added up")
def clips_the_sum(gradients, clip, noise_multiplier, rng):
    total = _shrink(gradients.sum(axis=0), clip)
    noise = _noise(gradients, noise_multiplier * clip, rng)
    return ((total + noise) / len(gradients)).astype(gradients.dtype)


@mistake("you clip every coordinate by itself; the norm of a user's whole row is to be bounded")
def clips_coordinates(gradients, clip, noise_multiplier, rng):
    return _mean(np.clip(gradients, -clip, clip), _noise(gradients, noise_multiplier * clip, rng))


@mistake("you scale every user to the norm `clip`; a user below it stays unchanged")
def scales_everyone(gradients, clip, noise_multiplier, rng):
    norms = np.sqrt(np.sum(gradients**2, axis=1, keepdims=True))
    unit = gradients / np.where(norms == 0, 1, norms)
    return _mean(clip * unit, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you clip by the L1 norm; the guarantee of normal noise needs the L2 norm")
def clips_by_l1(gradients, clip, noise_multiplier, rng):
    norms = np.sum(np.abs(gradients), axis=1, keepdims=True)
    clipped = gradients * (clip / np.maximum(norms, clip))
    return _mean(clipped, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you clip by the largest coordinate; the guarantee of normal noise needs the L2 norm")
def clips_by_the_largest(gradients, clip, noise_multiplier, rng):
    norms = np.max(np.abs(gradients), axis=1, keepdims=True)
    clipped = gradients * (clip / np.maximum(norms, clip))
    return _mean(clipped, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you compare the squared norm with the clip; the root is missing")
def clips_by_the_square(gradients, clip, noise_multiplier, rng):
    squares = np.sum(gradients**2, axis=1, keepdims=True)
    clipped = gradients * (clip / np.maximum(squares, clip))
    return _mean(clipped, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you take one norm over all users together; each user has a norm of their own")
def clips_all_together(gradients, clip, noise_multiplier, rng):
    clipped = _shrink(gradients.reshape(1, -1), clip).reshape(gradients.shape)
    return _mean(clipped, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you leave users above the clip out; they are scaled down, not dropped")
def drops_large_users(gradients, clip, noise_multiplier, rng):
    norms = np.sqrt(np.sum(gradients**2, axis=1, keepdims=True))
    clipped = np.where(norms > clip, 0, gradients)
    return _mean(clipped, _noise(gradients, noise_multiplier * clip, rng))


@mistake("you return the sum; divide it, noise and all, by the number of users")
def returns_the_sum(gradients, clip, noise_multiplier, rng):
    noise = _noise(gradients, noise_multiplier * clip, rng)
    return (_shrink(gradients, clip).sum(axis=0) + noise).astype(gradients.dtype)


@mistake(
    "your noise is n times too strong: its deviation noise_multiplier * clip belongs to the sum, "
    "so the mean gets that over n"
)
def noise_of_the_sum_on_the_mean(gradients, clip, noise_multiplier, rng):
    noise = _noise(gradients, noise_multiplier * clip, rng)
    return (_shrink(gradients, clip).mean(axis=0) + noise).astype(gradients.dtype)


@mistake(
    "the clip is missing from your noise: its deviation is noise_multiplier * clip, "
    "because the clip is how far one user can move the sum"
)
def noise_without_clip(gradients, clip, noise_multiplier, rng):
    return _mean(_shrink(gradients, clip), _noise(gradients, noise_multiplier, rng))


@mistake(
    "your noise is scaled by the largest norm found in the data, which itself gives a user away; "
    "scale it by the clip"
)
def noise_by_the_data(gradients, clip, noise_multiplier, rng):
    largest = np.sqrt(np.sum(gradients**2, axis=1)).max()
    return _mean(_shrink(gradients, clip), _noise(gradients, noise_multiplier * largest, rng))


@mistake("you add noise to every user, so the sum has √n times the noise asked for; add it once")
def noise_for_every_user(gradients, clip, noise_multiplier, rng):
    clipped = _shrink(gradients, clip)
    noise = noise_multiplier * clip * rng.standard_normal(gradients.shape)
    return _mean(clipped + noise.astype(clipped.dtype), 0)


@mistake("noise_multiplier * clip is your variance; it must be the standard deviation of the noise")
def deviation_as_variance(gradients, clip, noise_multiplier, rng):
    scale = np.sqrt(noise_multiplier * clip)
    return _mean(_shrink(gradients, clip), _noise(gradients, scale, rng))


@mistake(
    "all coordinates get the same random number, so their differences carry no noise at all; "
    "draw one for each"
)
def one_number_for_all(gradients, clip, noise_multiplier, rng):
    return _mean(_shrink(gradients, clip), noise_multiplier * clip * rng.standard_normal())


@mistake(
    "one random number, drawn where there is noise at all, goes to all coordinates; "
    "draw one for each"
)
def one_number_where_there_is_noise(gradients, clip, noise_multiplier, rng):
    noise = noise_multiplier * clip * rng.standard_normal() if noise_multiplier else 0
    return _mean(_shrink(gradients, clip), noise)


@mistake(
    "your noise is uniform between −s and s, s = noise_multiplier * clip; "
    "the normal distribution of deviation s was asked for"
)
def uniform_noise_up_to_the_deviation(gradients, clip, noise_multiplier, rng):
    edge = noise_multiplier * clip
    noise = rng.uniform(-edge, edge, gradients.shape[1]) if edge else 0
    return _mean(_shrink(gradients, clip), noise)


@mistake(
    "your noise is uniform: beyond its edge an answer gives a user away for certain; "
    "the normal distribution was asked for"
)
def uniform_noise(gradients, clip, noise_multiplier, rng):
    edge = np.sqrt(3) * noise_multiplier * clip
    return _mean(_shrink(gradients, clip), rng.uniform(-edge, edge, gradients.shape[1]))


@mistake(
    "your noise is Laplace's, which belongs to a bound on the L1 norm; "
    "the normal distribution was asked for"
)
def laplace_noise(gradients, clip, noise_multiplier, rng):
    scale = noise_multiplier * clip / np.sqrt(2)
    return _mean(_shrink(gradients, clip), rng.laplace(0, scale, gradients.shape[1]))


@mistake(
    "your generator has a fixed seed of its own, so every call adds the same noise and two answers "
    "subtract it; draw from `rng`"
)
def own_fixed_seed(gradients, clip, noise_multiplier, rng):
    own = np.random.default_rng(0)
    return _mean(_shrink(gradients, clip), _noise(gradients, noise_multiplier * clip, own))


@mistake("you leave the noise out; clipping alone gives no guarantee")
def no_noise(gradients, clip, noise_multiplier, rng):
    return _mean(_shrink(gradients, clip), 0)
