"""Dropout: while training, each value is zeroed with probability p and the rest scaled by 1/(1−p).

Srivastava et al. 2014, in the inverted form: the expected value stays, so evaluation is identity.
"""

from typing import Any, NamedTuple

import numpy as np

from ._checks import floats, in_range, upstream


class DropoutSaved(NamedTuple):
    keep: np.ndarray  # (...), 0 or 1/(1−p)


def dropout_forward(x: np.ndarray, p: float, rng: Any) -> tuple[np.ndarray, DropoutSaved]:
    """x (...) -> out (...). `rng` is a Generator or a seed; p in [0, 1)."""
    (x,) = floats(x=x)
    in_range("p", p, 0, 1, "[)")
    rng = np.random.default_rng(rng)
    drawn = rng.random(x.shape, dtype=np.float32)
    keep = (drawn >= p).astype(x.dtype)
    keep *= 1 / (1 - p)
    return x * keep, DropoutSaved(keep)


def dropout_backward(dout: np.ndarray, saved: DropoutSaved) -> np.ndarray:
    """dout (...) -> dx (...)."""
    dout = upstream(dout, saved.keep.shape, saved.keep.dtype)
    return dout * saved.keep
