"""ALiBi: no positions, but a penalty on each score that grows with distance, steeper in some heads.

Press et al. 2022 (arXiv:2108.12409). Added to the scores, it is a float mask: hand it to attention
as `attn_mask`. A model trained on short texts goes on to longer ones.
"""

from typing import Any

import numpy as np

from .checks import count


def alibi_slopes(H: int, dtype: Any = np.float32) -> np.ndarray:
    """-> (H,): 2^(−8/H), 2^(−16/H), …; where H is no power of two, those of the next lower one,
    then every second of the next higher, as the authors' code has it.
    """
    H = count("H", H, 1)
    lower = 1 << (H.bit_length() - 1)
    powers = 8.0 * np.arange(1, lower + 1) / lower
    between = 4.0 * np.arange(1, 2 * (H - lower) + 1, 2) / lower
    return (2.0 ** -np.concatenate([powers, between])).astype(dtype)


def alibi_bias(H: int, T: int, S: int, offset: int = 0, dtype: Any = np.float32) -> np.ndarray:
    """-> (H, T, S): −slope · |i + offset − j| for query i and key j.

    `offset` is the number of keys before the first query, the length of the cache. Forbids
    nothing: causal attention says `is_causal` besides.
    """
    queries = np.arange(count("T", T)) + count("offset", offset)
    distance = np.abs(queries[:, None] - np.arange(count("S", S)))
    return -alibi_slopes(H, dtype)[:, None, None] * distance.astype(dtype)
