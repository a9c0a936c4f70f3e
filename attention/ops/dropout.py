"""Dropout: while training, each value is zeroed with probability p and the rest scaled by 1/(1−p).

Srivastava et al. 2014, in the inverted form: the expected value stays, so evaluation is identity.
"""

from typing import Any, NamedTuple

import numpy as np

from .checks import floats, in_range, upstream


class DropoutSaved(NamedTuple):
    keep: np.ndarray  # (...), 0 or 1/(1−p)


def dropout_forward(x: np.ndarray, p: float, rng: Any) -> tuple[np.ndarray, DropoutSaved]:
    """x (...) -> out (...). `rng` is a Generator or a seed; p in [0, 1)."""
    (x,) = floats(x=x)
    keep = draw_keep(x.shape, p, rng, x.dtype)
    return x * keep, DropoutSaved(keep)


def dropout_backward(dout: np.ndarray, saved: DropoutSaved) -> np.ndarray:
    """dout (...) -> dx (...)."""
    dout = upstream(dout, saved.keep.shape, saved.keep.dtype)
    return dout * saved.keep


def draw_keep(shape: tuple[int, ...], p: float, rng: Any, dtype: np.dtype) -> np.ndarray:
    """What dropout multiplies by: 0 with probability p, else 1/(1−p)."""
    p = in_range("p", p, 0, 1, "[)")
    drawn = np.random.default_rng(rng).random(shape, dtype=np.float32)
    keep = (drawn >= p).astype(dtype)
    keep *= 1 / (1 - p)
    return keep
