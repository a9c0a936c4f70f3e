"""SinkCache: the first tokens and the last ones, so that a text without end takes bounded memory.

StreamingLLM, Xiao et al. 2024 (arXiv:2309.17453), section 3.2. A softmax must put its weight
somewhere, and models learn to leave it on the first tokens, the sinks; a window that slides past
them breaks what the model says. Positions count within the cache, so they never pass what it holds.

With rotary positions only distances count. So the window is not turned back with every token;
instead the few sinks walk along behind it, each turned anew from its unturned key.
"""

from typing import Any

import numpy as np

from ..ops.checks import count
from .kv_cache import KVCache, Turn


class SinkCache(KVCache):
    """Keys and values of the first `sinks` tokens and of the last `window`, the newest among them.

    Query t sees key s where s < sinks or t − s < window. `length` counts all tokens ever read;
    `max_length` are kept, those of the window in a ring.
    """

    endless = True

    def __init__(
        self,
        batch: int,
        num_kv_heads: int,
        sinks: int,
        window: int,
        head_dim: int,
        *,
        dtype: Any = np.float32,
    ) -> None:
        self.sinks, self.window = count("sinks", sinks), count("window", window, 1)
        super().__init__(batch, num_kv_heads, sinks + window, head_dim, dtype=dtype)
        self.unturned = self.k[:, :, :sinks].copy()  # (B, Hkv, sinks, D)

    def pieces(self, tokens: int) -> list[int]:
        """What fits before anything is forgotten at once, then one token after the other."""
        first = min(max(self.max_length - self.length, 0), tokens)
        return [first] * (first > 0) + [1] * (tokens - first)

    def place(self, k: np.ndarray, v: np.ndarray, turn: Turn) -> tuple[np.ndarray, np.ndarray]:
        """As KVCache, for one of `pieces`. Once it is full, the keys stand in a ring's order."""
        first, end = self.length, self.length + k.shape[2]
        if first < self.sinks:
            self.unturned[:, :, first:end] = k[:, :, : self.sinks - first]
        if end <= self.max_length:
            return super().place(k, v, turn)
        slot = self.sinks + (first - self.sinks) % self.window
        self.k[:, :, slot : slot + 1], self.v[:, :, slot : slot + 1] = turn(k, first), v
        self.k[:, :, : self.sinks] = turn(self.unturned, end - self.max_length)
        self.length = end
        return self.k, self.v

    def truncate(self, length: int) -> None:
        """Raises ValueError once tokens were forgotten: what stood before them is gone."""
        if self.length > self.max_length and length < self.length:
            raise ValueError(f"a cache with sinks cannot go back from {self.length} to {length}")
        super().truncate(length)
