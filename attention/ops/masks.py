"""Masks: which key may each query see? True = may attend.

Boolean masks combine with `&`. A float mask is added to the scores instead, −inf forbids.
"""

from typing import Any

import numpy as np

from .checks import count, integers

Window = int | tuple[int | None, int | None] | None


def causal_mask(T: int, S: int | None = None, offset: int = 0) -> np.ndarray:
    """-> (T, S) bool: query i sees keys 0 … i + offset; S defaults to T + offset.

    `offset` is the number of keys that stand before the first query, the length of the cache.
    """
    T, offset = count("T", T), count("offset", offset)
    S = T + offset if S is None else count("S", S)
    return np.tri(T, S, offset, dtype=bool)


def padding_mask(lengths: Any, S: int) -> np.ndarray:
    """lengths (B,) -> (B, 1, 1, S) bool: the first `lengths[b]` keys of sequence b are real.

    Broadcasts over heads and queries: padding forbids keys, not queries.
    """
    lengths, S = integers("lengths", lengths), count("S", S)
    if lengths.ndim != 1:
        raise ValueError(f"lengths must have shape (B,), got {lengths.shape}")
    if lengths.size and not 0 <= lengths.min() <= lengths.max() <= S:
        raise ValueError(f"lengths must lie in 0 … S = {S}, got {lengths.min()} … {lengths.max()}")
    return (np.arange(S) < lengths[:, None])[:, None, None, :]  # (B, 1, 1, S)


def window_mask(T: int, S: int, left: int | None, right: int | None, offset: int = 0) -> np.ndarray:
    """-> (T, S) bool: query i sees keys i + offset − left … i + offset + right; None: no limit."""
    left = None if left is None else count("left", left)
    right = None if right is None else count("right", right)
    return band(count("T", T), count("S", S), left, right, count("offset", offset))


def band(T: int, S: int, left: int | None, right: int | None, offset: int) -> np.ndarray:
    """`window_mask` unchecked, for tiles: there `offset` may be negative."""
    distance = np.arange(S) - (np.arange(T)[:, None] + offset)  # (T, S), key minus query
    visible = np.ones((T, S), dtype=bool)
    if left is not None:
        visible &= distance >= -left
    if right is not None:
        visible &= distance <= right
    return visible


def window_sides(window: Window, is_causal: bool) -> tuple[int | None, int | None]:
    """(left, right) of `window=`: an int reaches that far to both sides; causal cuts the right."""
    sides = window if isinstance(window, tuple) else (window, window)
    if len(sides) != 2:
        raise ValueError(f"window must be one number of keys or (left, right), got {window}")
    left, right = (None if side is None else count("window", side) for side in sides)
    return left, 0 if is_causal else right
