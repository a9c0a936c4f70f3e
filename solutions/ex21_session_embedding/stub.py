"""ex21: pool the events of a session into one vector, with learnt weights."""

import numpy as np


def attention_pool(x: np.ndarray, w: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """One vector a session: the softmax of x · w over the real events, times the events.

    x (B, n, d), real events first; w (d,); lengths (B,) integers from 0 to n. No scale. An empty
    session gives zeros, and what stands in the padding does not matter. Returns (B, d).
    """
    raise NotImplementedError
