"""Exercise ex09: layer normalisation and its backward pass."""

import numpy as np


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Normalise each row of x over its last axis, then scale by gain and shift by bias.

    x (..., d), any leading axes; gain (d,); bias (d,). Returns (..., d), in x's dtype.
    The variance is the mean of the squared deviations (divide by d); eps stands under the root.
    """
    raise NotImplementedError


def layer_norm_backward(
    dy: np.ndarray, x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of layer_norm, given dy, the gradient of its output.

    dy (..., d); x, gain, bias, eps as in layer_norm.
    Returns dx (..., d), dgain (d,), dbias (d,); gain and bias served every leading position.
    """
    raise NotImplementedError
