"""InfoNCE: each row of `a` must find its own partner in `b` among all rows of `b`.

van den Oord et al. 2018 (arXiv:1807.03748), equation 4; with cosines and a temperature as in
SimCLR (arXiv:2002.05709), and both ways round as in CLIP (arXiv:2103.00020). It is cross-entropy
whose classes are the batch: the other rows are the negatives.

Through the cosine, with x̂ = x / |x|:  dx = (dx̂ − x̂ (x̂ · dx̂)) / |x|, the part along x is lost.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .checks import expect_shape, floats, in_range, underflow_is_zero
from .softmax import log_softmax


class InfoNCESaved(NamedTuple):
    a: np.ndarray  # (B, E), of length 1
    b: np.ndarray  # (B, E), of length 1
    lengths_a: np.ndarray  # (B, 1)
    lengths_b: np.ndarray  # (B, 1)
    log_p: list[np.ndarray]  # one or two (B, B): partners of rows of a, of rows of b
    temperature: float


@underflow_is_zero
def info_nce_forward(
    a: np.ndarray, b: np.ndarray, temperature: float = 0.07, symmetric: bool = False
) -> tuple[np.floating, InfoNCESaved]:
    """a (B, E), b (B, E), partners in like rows -> loss, a scalar; `symmetric`: mean of both ways.

    Raises ValueError for shapes that differ, an empty batch or a row of zeros.
    """
    a, b = floats(a=a, b=b)
    if a.ndim != 2 or not a.size:
        raise ValueError(f"a must have shape (B, E) with B and E of 1 or more, got {a.shape}")
    expect_shape("b", b, a.shape, fit=("a", a))
    temperature = in_range("temperature", temperature, 0, math.inf, "()")
    (a, lengths_a), (b, lengths_b) = _unit("a", a), _unit("b", b)
    cosines = a @ b.T / temperature  # (B, B)
    log_p = [log_softmax(cosines)] + ([log_softmax(cosines.T.copy())] if symmetric else [])
    loss = sum(-np.diagonal(side).mean() for side in log_p) / len(log_p)
    saved = InfoNCESaved(a, b, lengths_a, lengths_b, log_p, temperature)
    return a.dtype.type(loss), saved


@underflow_is_zero
def info_nce_backward(dout: Any, saved: InfoNCESaved) -> tuple[np.ndarray, np.ndarray]:
    """dout, a scalar -> da (B, E), db (B, E)."""
    a, b, lengths_a, lengths_b, log_p, temperature = saved
    expect_shape("dout", np.asarray(dout), (), "one number, as the loss is")
    B = len(a)
    partner = np.eye(B, dtype=a.dtype)
    dcosines = np.exp(log_p[0]) - partner
    if len(log_p) == 2:
        dcosines = dcosines + (np.exp(log_p[1]) - partner).T
    dcosines = dcosines * a.dtype.type(dout / (B * len(log_p) * temperature))
    return _unit_backward(dcosines @ b, a, lengths_a), _unit_backward(dcosines.T @ a, b, lengths_b)


def _unit(name: str, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    largest = np.abs(x).max(-1, keepdims=True).astype(x.real.dtype)
    if not (largest > 0).all():
        raise ValueError(f"{name} has a row of zeros or NaN, which has no direction")
    lengths = largest * np.sqrt(((x / largest) ** 2).sum(-1, keepdims=True))
    return x / lengths, lengths


def _unit_backward(dunit: np.ndarray, unit: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return (dunit - unit * (unit * dunit).sum(-1, keepdims=True)) / lengths
