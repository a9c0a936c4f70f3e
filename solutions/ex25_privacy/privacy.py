"""ex25, the reference: the mean of the users' gradients, made private."""

import numpy as np


def private_mean(
    gradients: np.ndarray, clip: float, noise_multiplier: float, rng: np.random.Generator
) -> np.ndarray:
    """Clip each user, add up, add noise, divide (Abadi et al., 2016, algorithm 1)."""
    n, d = gradients.shape
    norms = np.sqrt(np.sum(gradients**2, axis=1, keepdims=True))  # (n, 1)
    clipped = gradients * (clip / np.maximum(norms, clip))  # the factor is 1 up to the clip
    noise = noise_multiplier * clip * rng.standard_normal(d)
    return ((clipped.sum(axis=0) + noise) / n).astype(gradients.dtype)
