"""Reference for ex10: the test of order first, then two ways to pass on the order."""

from collections.abc import Callable

import numpy as np


def sinusoidal_positions(n: int, d: int) -> np.ndarray:
    """Sine in the even columns, cosine in the odd, (n, d); Vaswani et al. 2017, section 3.5."""
    angles = _angles(np.arange(n), d, 10000.0)
    table = np.empty((n, d))
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)
    return table


def is_permutation_equivariant(
    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, rng: np.random.Generator
) -> bool:
    """Whether f(shuffled x) is f(x) shuffled, for 20 random permutations of axis -2."""
    out = f(x)
    for _ in range(20):
        permutation = rng.permutation(x.shape[-2])
        shuffled = f(x[..., permutation, :])
        if not np.allclose(shuffled, out[..., permutation, :], rtol=1e-6, atol=1e-8):
            return False
    return True


def rotary(x: np.ndarray, positions: np.ndarray, base: float = 10000.0) -> np.ndarray:
    """Turn pair (2i, 2i + 1) of x (..., n, d) by position · base^(−2i/d); Su et al. 2021."""
    # float64 until the cosine: in float32 an angle near 10,000 is off by up to 0.0005
    angles = _angles(np.asarray(positions), x.shape[-1], base)
    cos, sin = np.cos(angles).astype(x.dtype), np.sin(angles).astype(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = np.empty_like(x)
    turned[..., 0::2] = even * cos - odd * sin
    turned[..., 1::2] = even * sin + odd * cos
    return turned


def _angles(positions: np.ndarray, d: int, base: float) -> np.ndarray:
    """Position times frequency, (n, d / 2): one angle for each pair of columns."""
    return positions[:, None] * base ** (-np.arange(0, d, 2) / d)
