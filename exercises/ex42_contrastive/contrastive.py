"""ex42: InfoNCE, the contrastive loss of pairs, and its backward pass."""

import numpy as np


def info_nce(a: np.ndarray, b: np.ndarray, temperature: float) -> np.floating:
    """Mean cross-entropy of finding each row's partner, from a to b and from b to a.

    a, b (n, d); rows are normalised to length 1, scores are cosines over the temperature, row i of
    a belongs to row i of b. Returns a scalar of their dtype, half the sum of both directions.
    """
    raise NotImplementedError


def info_nce_backward(
    a: np.ndarray, b: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients da, db (n, d) of info_nce(a, b, temperature), through the normalisation too."""
    raise NotImplementedError
