"""Sinusoidal positions: where a token stands, written as a point on circles of many speeds."""

import numpy as np


def sinusoidal_positions(T: int, E: int, dtype: type = np.float32) -> np.ndarray:
    """-> (T, E): sine in the even columns, cosine in the odd. Vaswani et al. 2017, section 3.5.

    Raises ValueError if E is odd or a size is negative.
    """
    if T < 0 or E < 0 or E % 2:
        raise ValueError(f"T must be 0 or more and E even, got T = {T} and E = {E}")
    angles = np.arange(T)[:, None] * 10000.0 ** (-np.arange(0, E, 2) / max(E, 1))  # (T, E/2)
    table: np.ndarray = np.empty((T, E), dtype)
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)
    return table
