"""Reference of ex43: one number a pair, and a logistic loss of it."""

import numpy as np


def dpo(
    chosen: np.ndarray,
    rejected: np.ndarray,
    chosen_reference: np.ndarray,
    rejected_reference: np.ndarray,
    beta: float,
) -> np.floating:
    """Mean of log(1 + e^(−x)) over the pairs, x the margin times beta."""
    x = beta * ((chosen - chosen_reference) - (rejected - rejected_reference))
    return np.mean(np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0))


def dpo_backward(
    chosen: np.ndarray,
    rejected: np.ndarray,
    chosen_reference: np.ndarray,
    rejected_reference: np.ndarray,
    beta: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The derivative by x is −σ(−x); chosen and rejected enter x with opposite signs."""
    x = beta * ((chosen - chosen_reference) - (rejected - rejected_reference))
    small = np.exp(-np.abs(x))  # cannot overflow
    pull = np.where(x > 0, small, 1) / (1 + small)  # σ(−x)
    dchosen = -beta * pull / len(x)
    drejected = -dchosen
    return dchosen, drejected
