"""Heads: the width of a token cut into slices, and joined again. Each is the other's backward."""

import numpy as np


def split_heads(x: np.ndarray, num_heads: int) -> np.ndarray:
    """x (..., T, H·D) -> (..., H, T, D): head h owns the columns h·D … (h + 1)·D."""
    *lead, T, width = x.shape
    return x.reshape(*lead, T, num_heads, width // num_heads).swapaxes(-2, -3)


def merge_heads(x: np.ndarray) -> np.ndarray:
    """x (..., H, T, D) -> (..., T, H·D)."""
    *lead, H, T, D = x.shape
    return x.swapaxes(-2, -3).reshape(*lead, T, H * D)
