"""Who may see whom: attn_mask, is_causal and window, read once for plain and tiled attention."""

from typing import Any, NamedTuple

import numpy as np

from .checks import FLOATS, count, unmasked
from .masks import Window, band, window_sides

ALL = slice(None)


class Visibility(NamedTuple):
    """What stands between T queries and S keys; `block` shows any rectangle of it."""

    T: int
    S: int
    allowed: np.ndarray | None  # broadcasts to (..., H, T, S), bool
    bias: np.ndarray | None  # broadcasts to (..., H, T, S), finite, added to the scores
    left: int | None  # keys a query sees before itself; None: all
    right: int | None  # and after itself
    offset: int  # keys that stand before query 0

    def block(self, rows: slice = ALL, cols: slice = ALL) -> np.ndarray | None:
        """Which keys `cols` the queries `rows` may see, bool; None where all see all."""
        t0, t1, _ = rows.indices(self.T)
        s0, s1, _ = cols.indices(self.S)
        visible = None if self.allowed is None else _cut(self.allowed, rows, cols)
        first, last = t0 + self.offset, t1 - 1 + self.offset
        free_left = self.left is None or s0 >= last - self.left
        free_right = self.right is None or s1 - 1 <= first + self.right
        if free_left and free_right:
            return visible
        reach = band(t1 - t0, s1 - s0, self.left, self.right, first - s0)
        return reach if visible is None else visible & reach

    def bias_block(self, rows: slice = ALL, cols: slice = ALL) -> np.ndarray | None:
        return None if self.bias is None else _cut(self.bias, rows, cols)

    def keys_in_reach(self, rows: slice) -> tuple[int, int]:
        """(first, end) of the keys that causality and window leave to the queries `rows`."""
        t0, t1, _ = rows.indices(self.T)
        first = 0 if self.left is None else max(0, t0 + self.offset - self.left)
        end = self.S if self.right is None else min(self.S, t1 + self.offset + self.right)
        return first, max(first, end)


def read_visibility(
    attn_mask: Any,
    weights_shape: tuple[int, ...],
    dtype: np.dtype,
    is_causal: bool,
    window: Window,
    offset: int,
) -> Visibility:
    """The arguments checked and told apart: boolean masks forbid, float masks add, −inf forbids."""
    offset = count("offset", offset)
    left, right = window_sides(window, is_causal)
    allowed, bias = _read_mask(attn_mask, weights_shape, dtype)
    T, S = weights_shape[-2:]
    return Visibility(T, S, allowed, bias, left, right, offset)


def _read_mask(
    attn_mask: Any, weights_shape: tuple[int, ...], dtype: np.dtype
) -> tuple[np.ndarray | None, np.ndarray | None]:
    if attn_mask is None:
        return None, None
    mask = unmasked("attn_mask", attn_mask)
    if mask.dtype == bool and mask.ndim == 0:
        raise TypeError(
            f"attn_mask must be an array, got {attn_mask}; for a causal mask pass is_causal=True"
        )
    try:
        fits = np.broadcast_shapes(mask.shape, weights_shape) == weights_shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"attn_mask must broadcast to {weights_shape}, got shape {mask.shape}")
    if mask.dtype == bool:
        return mask, None
    if mask.dtype not in FLOATS:
        raise TypeError(
            f"attn_mask must be bool (True = may attend) or float (added to the scores), "
            f"got {mask.dtype} of shape {mask.shape}"
        )
    with np.errstate(over="ignore", under="ignore"):
        bias = mask.astype(dtype)  # in float32, −1e300 is −inf too
    if np.isnan(bias).any() or np.isposinf(bias.real).any():
        raise ValueError("attn_mask holds NaN or +inf; use finite numbers, or −inf to forbid a key")
    forbids = np.isneginf(bias.real)
    return (~forbids if forbids.any() else None), np.where(forbids, np.zeros((), dtype), bias)


def _cut(mask: np.ndarray, rows: slice, cols: slice) -> np.ndarray:
    """mask[..., rows, cols] where an axis of size 1, or none, stands for all."""
    if mask.ndim >= 1 and mask.shape[-1] != 1:
        mask = mask[..., cols]
    if mask.ndim >= 2 and mask.shape[-2] != 1:
        mask = mask[..., rows, :]
    return mask
