"""Right answers to ex25 in other styles and with other draws; each must pass."""

import math

import numpy as np
from grader import style


@style("loops, one normal number at a time")
def private_mean_with_loops(gradients, clip, noise_multiplier, rng):
    n, d = gradients.shape
    total = [0.0] * d
    for row in gradients.tolist():
        norm = math.hypot(*row)
        factor = clip / norm if norm > clip else 1.0
        for j, value in enumerate(row):
            total[j] += factor * value
    noisy = [value + rng.normal(0, noise_multiplier * clip) for value in total]
    return np.array(noisy, dtype=gradients.dtype) / n


@style("einsum, noise on the mean, drawn backwards")
def private_mean_with_einsum(gradients, clip, noise_multiplier, rng):
    n, d = gradients.shape
    norms = np.sqrt(np.einsum("nd,nd->n", gradients, gradients))
    factors = np.ones_like(norms)
    np.divide(clip, norms, out=factors, where=norms > clip)
    mean = np.einsum("n,nd->d", factors, gradients) / n
    noise = rng.normal(scale=noise_multiplier * clip / n, size=d)[::-1]
    return mean + noise.astype(mean.dtype)


@style("a share of the noise for every user")
def private_mean_of_noisy_users(gradients, clip, noise_multiplier, rng):
    n = len(gradients)
    own = np.array(gradients, dtype=np.float64, order="F")
    norms = np.linalg.norm(own, axis=1)
    own[norms > clip] *= (clip / norms[norms > clip])[:, None]
    own += rng.normal(size=own.shape) * noise_multiplier * clip / math.sqrt(n)
    return own.mean(axis=0).astype(gradients.dtype)


@style("normal numbers by Box and Muller from uniform ones")
def private_mean_by_box_muller(gradients, clip, noise_multiplier, rng):
    n, d = gradients.shape
    radius = np.sqrt(-2 * np.log1p(-rng.random(d)))
    normal = radius * np.cos(2 * np.pi * rng.random(d))
    squares = (gradients.astype(np.float64) ** 2).sum(axis=1)
    factors = np.minimum(1, clip / np.sqrt(np.maximum(squares, 1e-300)))
    return ((factors @ gradients + noise_multiplier * clip * normal) / n).astype(gradients.dtype)
