"""Blocks of scores that fit the cache: some sequences, some queries, and the keys these reach.

Inside, attention has five axes whatever the caller's: B sequences, Hkv key heads, G query heads
that share one, and two more. A block's scores are stacked, (b, Hkv, G·t, s): one product serves
the group.
"""

import functools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..ops.visibility import Visibility

ROWS = 96  # queries of a block, about
SCORES = 1 << 18  # scores of a block, at most, unless one sequence has more
KEPT = 1 << 15  # scores of a block whose causal bias is kept for the next, at most


class Block(NamedTuple):
    shape: tuple[int, ...]  # (b, Hkv, G, t, s)
    batch: slice
    rows: slice
    cols: slice
    bias: np.ndarray | None  # added to scores, −inf at hidden keys; broadcasts to `shape`
    sees: np.ndarray | None  # which queries see any key, None: all; broadcasts to (b, Hkv, G, t, 1)

    def queries(self, x: np.ndarray) -> np.ndarray:
        """x (B, Hkv, G, T, N) -> (b, Hkv, G, t, N), a view."""
        return x[self.batch, :, :, self.rows]

    def keys(self, x: np.ndarray) -> np.ndarray:
        """x (B, Hkv, S, N) -> (b, Hkv, s, N), a view."""
        return x[self.batch, :, self.cols]

    def columns(self, x: np.ndarray) -> np.ndarray:
        """x (B, Hkv, N, S) -> (b, Hkv, N, s), a view."""
        return x[self.batch, :, :, self.cols]

    def pairs(self, x: np.ndarray) -> np.ndarray:
        """x (B, Hkv, G, T, S) -> (b, Hkv, G, t, s), a view."""
        return x[self.batch, :, :, self.rows, self.cols]

    def hide(self, x: np.ndarray, value: float = 0.0) -> None:
        """Write `value` over x (b, Hkv, G, t, s) at hidden keys."""
        if self.bias is not None:
            np.copyto(x, value, where=np.isneginf(self.bias))


def blocks(shape: tuple[int, ...], sight: Visibility, dtype: np.dtype) -> Iterator[Block]:
    """Blocks that cover (B, Hkv, G, T, S) but for keys out of reach; `sight` has five axes too."""
    B, Hkv, G, T, _ = shape
    count = max(1, round(T / ROWS)) if T else 0
    for i in range(count):
        rows = slice(T * i // count, T * (i + 1) // count)
        cols = slice(*sight.keys_in_reach(rows))
        bias, sees = _bias(sight, rows, cols, dtype)
        t, s = rows.stop - rows.start, cols.stop - cols.start
        step = max(1, SCORES // max(Hkv * G * t * s, 1))
        for start in range(0, B, step):
            batch = slice(start, min(start + step, B))
            block_shape = batch.stop - start, Hkv, G, t, s
            yield Block(block_shape, batch, rows, cols, _cut(bias, batch), _cut(sees, batch))


def _bias(
    sight: Visibility, rows: slice, cols: slice, dtype: np.dtype
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """What is added to the scores of a block, and which queries see any key; None: 0, and all."""
    ends = rows.start, rows.stop, cols.start, cols.stop
    small = (rows.stop - rows.start) * (cols.stop - cols.start) <= KEPT
    if small and sight.allowed is None and sight.bias is None:
        return _bias_of_band(sight, ends, dtype)
    return _read_bias(sight, ends, dtype)


def _read_bias(
    sight: Visibility, ends: tuple[int, int, int, int], dtype: np.dtype
) -> tuple[np.ndarray | None, np.ndarray | None]:
    rows, cols = slice(*ends[:2]), slice(*ends[2:])
    visible, bias = sight.block(rows, cols), sight.bias_block(rows, cols)
    if visible is None:
        return bias, None
    bias = np.where(visible, 0 if bias is None else bias, -np.inf).astype(dtype)
    return bias, np.any(visible, -1, keepdims=True)


_bias_of_band = functools.lru_cache(maxsize=64)(_read_bias)  # the same in every step and layer


def grouped(x: np.ndarray, Hkv: int) -> np.ndarray:
    """x (..., H, N, M) -> (B, Hkv, G, N, M), a view where strides allow."""
    if x.ndim == 2:
        return x[None, None, None]
    *lead, H, N, M = x.shape
    return x.reshape(math.prod(lead), Hkv, H // Hkv, N, M)


def stacked(x: np.ndarray) -> np.ndarray:
    """x (b, Hkv, G, t, N) -> (b, Hkv, G·t, N)."""
    b, Hkv, G, t, N = x.shape
    return x[:, :, 0] if G == 1 else x.reshape(b, Hkv, G * t, N)


def sight_in_five_axes(sight: Visibility, shape: tuple[int, ...], Hkv: int) -> Visibility:
    """`sight` of weights (..., H, T, S), its masks as (B, Hkv, G, T, S) or 1 for any of these."""
    allowed, bias = (_mask_in_five_axes(m, shape, Hkv) for m in (sight.allowed, sight.bias))
    return sight._replace(allowed=allowed, bias=bias)


def _mask_in_five_axes(
    mask: np.ndarray | None, shape: tuple[int, ...], Hkv: int
) -> np.ndarray | None:
    if mask is None:
        return None
    ndim = max(len(shape), 3)
    mask = mask.reshape((1,) * (ndim - mask.ndim) + mask.shape)
    *lead, H, T, S = mask.shape
    if ndim > 4 and any(n > 1 for n in lead):
        mask = np.broadcast_to(mask, (*shape[:-3], H, T, S))
        lead = list(shape[:-3])
    heads = (1, 1) if H == 1 else (Hkv, H // Hkv)
    return mask.reshape(math.prod(lead), *heads, T, S)


def _cut(x: np.ndarray | None, batch: slice) -> np.ndarray | None:
    """x[batch], where an axis of one, or none, stands for all."""
    return x[batch] if x is not None and x.ndim == 5 and len(x) != 1 else x
