"""Finds the polynomial of `attention.fast.gelu`: python -m tests.fast.fit_gelu

Φ(x) = ½ (1 + tanh(x P(x²))) holds for P(x²) = (log Φ(x) − log Φ(−x)) / 2x. A least-squares fit, its
weights raised again and again where the error of max(|x|, 1) Φ(x) is large (Lawson 1961), makes
the largest error small.
"""

import numpy as np
from scipy.special import log_ndtr, ndtr

REACH = 6.2  # beyond, float32 takes Φ for 0 or 1
DEGREE = 6
ROUNDS = 300


def fit() -> tuple[np.ndarray, float]:
    """-> coefficients, the leading one first, and the largest error."""
    x = REACH * np.cos(np.linspace(0, np.pi / 2, 3000))[:-1]  # dense at the far end
    size = np.maximum(x, 1)
    want = (log_ndtr(x) - log_ndtr(-x)) / (2 * x)
    powers = np.vander((x / REACH) ** 2, DEGREE + 1, increasing=True)
    slope = 2 * ndtr(x) * ndtr(-x) * x * size  # of the error, by P
    emphasis = np.ones_like(x)
    best = np.zeros(DEGREE + 1), np.inf
    for _ in range(ROUNDS):
        weight = slope * np.sqrt(emphasis)
        found = np.linalg.lstsq(powers * weight[:, None], want * weight, rcond=None)[0]
        error = np.abs((1 + np.tanh(x * (powers @ found))) / 2 - ndtr(x)) * size
        if error.max() < best[1]:
            best = found, error.max()
        emphasis *= error / error.max() + 1e-3
        emphasis /= emphasis.sum()
    return (best[0] / REACH ** (2.0 * np.arange(DEGREE + 1)))[::-1], float(best[1])


if __name__ == "__main__":
    coefficients, largest = fit()
    print(f"largest error {largest:.1e}")
    for coefficient in coefficients:
        print(f"    {coefficient:.8e},")
