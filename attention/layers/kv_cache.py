"""KVCache: the keys and values of what was already read, so that a new token reads them only."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..ops.checks import expect_shape

Turn = Callable[[np.ndarray, int], np.ndarray]  # (x (B, Hkv, T, D), position of the first) -> x


class KVCache:
    """Room for `max_length` keys and values, taken once; `length` of it is filled.

    Raises ValueError on overflow before anything is written.
    """

    endless = False  # whether it forgets, and so never overflows

    def __init__(
        self,
        batch: int,
        num_kv_heads: int,
        max_length: int,
        head_dim: int,
        *,
        dtype: Any = np.float32,
    ) -> None:
        shape = (batch, num_kv_heads, max_length, head_dim)
        self.k = np.zeros(shape, dtype)  # (B, Hkv, max_length, D)
        self.v = np.zeros(shape, dtype)
        self.length = 0

    @property
    def max_length(self) -> int:
        return self.k.shape[2]

    def pieces(self, tokens: int) -> list[int]:
        """The lengths in which so many tokens can be placed."""
        return [tokens]

    def place(self, k: np.ndarray, v: np.ndarray, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """As `append`, the keys yet to be turned by their positions."""
        return self.append(turn(k, self.length), v)

    def append(self, k: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """k, v (B, Hkv, T, D) -> views of all keys and values so far, (B, Hkv, length, D)."""
        B, Hkv, _, D = self.k.shape
        T = k.shape[-2] if k.ndim == 4 else 0
        expect_shape("k", k, (B, Hkv, T, D), "that of the cache")
        expect_shape("v", v, (B, Hkv, T, D), "that of the cache")
        end = self.length + T
        if end > self.max_length:
            raise ValueError(
                f"the cache holds {self.length} of at most {self.max_length} tokens, so {T} more "
                f"do not fit; make it longer, or clear it"
            )
        self.k[:, :, self.length : end] = k
        self.v[:, :, self.length : end] = v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]

    def truncate(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if not 0 <= length <= self.length:
            raise ValueError(f"length must lie in 0 … {self.length}, got {length}")
        self.length = length

    def clear(self) -> None:
        self.length = 0
