"""Exercise ex10: what attention knows about order, and two ways of telling it."""

from collections.abc import Callable

import numpy as np


def sinusoidal_positions(n: int, d: int) -> np.ndarray:
    """The position table (n, d) of the original Transformer, positions from 0, d even.

    Column 2i holds sin(p / 10000^(2i/d)), column 2i + 1 the cosine of the same angle.
    """
    raise NotImplementedError


def is_permutation_equivariant(
    f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, rng: np.random.Generator
) -> bool:
    """Whether shuffling the positions of x (..., n, d) merely shuffles f's output alike.

    f takes and returns (..., n, any width); the permutations are drawn from rng and are the
    same for all leading axes. Equality is up to rounding.
    """
    raise NotImplementedError


def rotary(x: np.ndarray, positions: np.ndarray, base: float = 10000.0) -> np.ndarray:
    """Turn each pair of columns (2i, 2i + 1) of x (..., n, d) counter-clockwise.

    positions (n,), any numbers, fractions and below zero too; the angle is
    position · base^(−2i/d); d even. Returns (..., n, d), x's dtype.
    """
    raise NotImplementedError
