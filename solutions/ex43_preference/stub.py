"""ex43: DPO, a loss for pairs of answers of which one was preferred, and its backward pass."""

import numpy as np


def dpo(
    chosen: np.ndarray,
    rejected: np.ndarray,
    chosen_reference: np.ndarray,
    rejected_reference: np.ndarray,
    beta: float,
) -> np.floating:
    """Mean of −log σ(beta · ((chosen − chosen_reference) − (rejected − rejected_reference))).

    Four arrays (n,) of log-probabilities of whole answers; a scalar of their dtype comes back,
    finite for margins of ±1e4.
    """
    raise NotImplementedError


def dpo_backward(
    chosen: np.ndarray,
    rejected: np.ndarray,
    chosen_reference: np.ndarray,
    rejected_reference: np.ndarray,
    beta: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients dchosen, drejected (n,) of dpo with the same arguments."""
    raise NotImplementedError
