"""Reference of ex38."""

import numpy as np


def quantize(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One scale a column; a column of zeros needs one that can be divided by."""
    scale = np.abs(w).max(axis=0) / 127
    scale[scale == 0] = 1
    return np.rint(w / scale).astype(np.int8), scale


def int8_matmul(x: np.ndarray, q: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The scale is a common factor of an output's sum, so it waits until the sum is done."""
    return (x @ q) * scale
