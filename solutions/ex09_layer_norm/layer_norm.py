"""Reference for ex09: one row at a time, the statistics belong to the row."""

import numpy as np


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Normalise x (..., d) over its last axis, scale by gain (d,), shift by bias (d,)."""
    normalised, _ = _normalise(x, eps)
    return normalised * gain + bias


def layer_norm_backward(
    dy: np.ndarray, x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients dx (..., d), dgain (d,), dbias (d,) for dy (..., d)."""
    normalised, std = _normalise(x, eps)
    leading = tuple(range(dy.ndim - 1))
    # out = normalised * gain + bias, both broadcast over the leading axes
    dbias = dy.sum(axis=leading)
    dgain = (dy * normalised).sum(axis=leading)
    dnormalised = dy * gain
    # normalised = (x - mean) / std: directly, through the mean, through the variance
    through_mean = dnormalised.mean(axis=-1, keepdims=True)
    through_std = normalised * (dnormalised * normalised).mean(axis=-1, keepdims=True)
    dx = (dnormalised - through_mean - through_std) / std
    return dx, dgain, dbias


def _normalise(x: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """x (..., d) centred and scaled, and the standard deviation (..., 1) it was divided by."""
    centred = x - x.mean(axis=-1, keepdims=True)
    std = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + eps)
    return centred / std, std
