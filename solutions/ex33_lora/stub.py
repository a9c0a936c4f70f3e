"""ex33: a frozen matrix with a trained change of low rank, its backward pass, and the merge."""

import numpy as np


def lora(x: np.ndarray, w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """x w + (alpha / r) (x a) b.

    x (..., d), any leading axes; w (d, f); a (d, r); b (r, f). Returns (..., f).
    """
    raise NotImplementedError


def lora_backward(
    dy: np.ndarray, x: np.ndarray, w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of lora, given dy (..., f), the gradient of its output; w is frozen.

    Returns dx (..., d), da (d, r), db (r, f); a and b served every leading position.
    """
    raise NotImplementedError


def merge(w: np.ndarray, a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """The one matrix (d, f) that does what w, a and b do together; w stays as it is."""
    raise NotImplementedError
