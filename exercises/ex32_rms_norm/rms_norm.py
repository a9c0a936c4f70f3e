"""ex32: normalisation by the root mean square, and its backward pass."""

import numpy as np


def rms_norm(x: np.ndarray, gain: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Divide each row of x by its root mean square, then scale by gain.

    x (..., d), any leading axes; gain (d,). Returns (..., d), in x's dtype. eps is added to the
    mean square, under the root.
    """
    raise NotImplementedError


def rms_norm_backward(
    dy: np.ndarray, x: np.ndarray, gain: np.ndarray, eps: float = 1e-6
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of rms_norm, given dy (..., d), the gradient of its output.

    Returns dx (..., d) and dgain (d,); the gain served every leading position.
    """
    raise NotImplementedError
