"""Reference of ex32: layer norm without its mean, forward and backward."""

import numpy as np


def rms_norm(x: np.ndarray, gain: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """x / √(mean of x² + eps) * gain (Zhang & Sennrich 2019, equation 4)."""
    return x / _rms(x, eps) * gain


def rms_norm_backward(
    dy: np.ndarray, x: np.ndarray, gain: np.ndarray, eps: float = 1e-6
) -> tuple[np.ndarray, np.ndarray]:
    """Return (dx, dgain), the gradients of sum(dy * rms_norm)."""
    rms = _rms(x, eps)
    normalised = x / rms
    # y = normalised * gain
    dgain = (dy * normalised).sum(axis=tuple(range(dy.ndim - 1)))
    g = dy * gain
    # normalised = x / rms: directly, and through rms
    dx = (g - normalised * (g * normalised).mean(axis=-1, keepdims=True)) / rms
    return dx, dgain


def _rms(x: np.ndarray, eps: float) -> np.ndarray:
    """Each row's root mean square, (..., 1)."""
    return np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps)
