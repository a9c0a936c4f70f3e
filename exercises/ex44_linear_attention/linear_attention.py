"""ex44: causal linear attention, in parallel and as a recurrence."""

from typing import Any

import numpy as np


def linear_attention(q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Each query's mean of the values up to its own, with weights φ(q) · φ(k), φ = elu + 1.

    q, k (..., n, d), v (..., n, dv). Returns (..., n, dv).
    """
    raise NotImplementedError


def linear_attention_step(
    state: Any, q: np.ndarray, k: np.ndarray, v: np.ndarray
) -> tuple[np.ndarray, Any]:
    """One token of the same function: q, k (..., d), v (..., dv).

    The state is None at the first step, then what the last step of the same sequence returned; it
    must not grow. Returns out (..., dv) and the state for the next step.
    """
    raise NotImplementedError
