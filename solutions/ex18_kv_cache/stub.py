"""ex18: attention one token at a time, with a cache of keys and values."""

from typing import Any

import numpy as np


def attend_one(q: np.ndarray, k: np.ndarray, v: np.ndarray, cache: Any) -> tuple[np.ndarray, Any]:
    """Attention of one new token over all tokens so far, itself included.

    q, k (..., d), v (..., dv); the cache is None at the first step, then what the last step of
    the same sequence returned. Returns out (..., dv), scaled by 1/√d, and the cache for the next
    step; what a cache is inside is yours. Equal, step by step, to full causal attention.
    """
    raise NotImplementedError
