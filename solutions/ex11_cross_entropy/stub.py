"""Exercise ex11: cross-entropy from logits, and its gradient."""

import numpy as np


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> np.floating:
    """The mean over all positions of −log softmax(logits)[target], a scalar.

    logits (..., V), any leading axes; targets (...), integers from 0 to V − 1.
    The scalar has the logits' dtype. Logits of ±1e4 give the exact finite loss.
    """
    raise NotImplementedError


def cross_entropy_backward(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The gradient of cross_entropy(logits, targets) in the logits, (..., V), logits' dtype."""
    raise NotImplementedError
