"""ex39: a sliding window that keeps the first tokens, as a mask and in a cache."""

import numpy as np


def sink_mask(n: int, window: int, sinks: int) -> np.ndarray:
    """(n, n) bool, True = may attend: causal, the last `window` keys and the first `sinks`.

    Row: query, column: key. The last `window` keys include the query's own.
    """
    raise NotImplementedError


def evict(k: np.ndarray, v: np.ndarray, window: int, sinks: int) -> tuple[np.ndarray, np.ndarray]:
    """k (..., m, d), v (..., m, dv), oldest first -> their first `sinks` and last `window` rows.

    Each row stays once, in its order; a cache no longer than both together stays whole.
    """
    raise NotImplementedError
