"""Reference for ex14: random points, random upstream gradients, relative error."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-6
) -> np.ndarray:
    """(f(x + eps) − f(x − eps)) / 2 eps, one entry of x (any shape) at a time, in float64."""
    point = np.array(x, dtype=np.float64)
    gradient = np.empty_like(point)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + eps
        above = f(point)
        point[index] = kept - eps
        below = f(point)
        point[index] = kept
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def find_wrong(passes: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]]) -> list[str]:
    """Names of the (forward, backward) pairs that disagree at one of six random (3, 4) points."""
    return [name for name, (forward, backward) in passes.items() if not _agree(forward, backward)]


def _agree(forward: Callable[..., Any], backward: Callable[..., Any]) -> bool:
    """Whether the relative error is small, not NaN, near zero, at size one and far out."""
    rng = np.random.default_rng(0)
    return all(
        _relative_error(forward, backward, scale * rng.standard_normal((3, 4)), rng) <= 1e-5
        for scale in (0.3, 0.3, 1.0, 1.0, 3.0, 3.0)
    )


def _relative_error(
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    x: np.ndarray,
    rng: np.random.Generator,
) -> float:
    """Distance of the backward pass from the central differences, over their lengths."""
    out, saved = forward(x.copy())
    dout = rng.standard_normal(np.shape(out))
    analytic = np.asarray(backward(dout, saved))
    numeric = numerical_gradient(lambda z: float(np.sum(dout * forward(z)[0])), x)
    if analytic.shape != x.shape:
        return np.inf
    lengths = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / lengths) if lengths else 0.0
