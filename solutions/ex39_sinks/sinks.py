"""Reference of ex39."""

import numpy as np


def sink_mask(n: int, window: int, sinks: int) -> np.ndarray:
    """The past, and of it the near or the first."""
    query, key = np.arange(n)[:, None], np.arange(n)
    return (key <= query) & ((query - key < window) | (key < sinks))


def evict(k: np.ndarray, v: np.ndarray, window: int, sinks: int) -> tuple[np.ndarray, np.ndarray]:
    """Two slices; the second begins where the first ends at the earliest."""
    start = max(sinks, k.shape[-2] - window)
    keys = np.concatenate([k[..., :sinks, :], k[..., start:, :]], axis=-2)
    values = np.concatenate([v[..., :sinks, :], v[..., start:, :]], axis=-2)
    return keys, values
