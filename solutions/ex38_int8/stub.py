"""ex38: weights as whole numbers of eight bits, with one scale a column."""

import numpy as np


def quantize(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """w (d, f) -> q (d, f) int8 and scale (f,) of w's dtype, with w about q * scale.

    A column's scale is its largest absolute value / 127, or 1 for a column of zeros; w / scale is
    rounded to the nearest whole number, halves to the even one.
    """
    raise NotImplementedError


def int8_matmul(x: np.ndarray, q: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """x (..., d), q (d, f) int8, scale (f,) -> (..., f), about x @ w, of x's dtype.

    The product q * scale is formed nowhere.
    """
    raise NotImplementedError
