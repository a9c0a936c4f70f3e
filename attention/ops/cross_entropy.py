"""Cross-entropy: the mean of −log p(target), and its backward, p minus the target.

Label smoothing (Szegedy et al. 2016, section 7) aims at (1 − s) · target + s / V.
"""

from typing import Any, NamedTuple

import numpy as np

from .checks import at_least_dims, expect_shape, floats, in_range, integers, underflow_is_zero
from .softmax import log_softmax


class CrossEntropySaved(NamedTuple):
    log_p: np.ndarray  # (..., V)
    targets: np.ndarray  # (...), 0 where ignored
    counted: np.ndarray  # (...), bool
    label_smoothing: float


@underflow_is_zero
def cross_entropy_forward(
    logits: np.ndarray,
    targets: Any,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> tuple[np.floating, CrossEntropySaved]:
    """logits (..., V), targets (...) integers -> loss, a scalar of the logits' dtype.

    The mean runs over the targets that are not `ignore_index`; where none is left the loss is 0.
    """
    logits, targets, counted = check_cross_entropy_inputs(logits, targets, ignore_index)
    label_smoothing = in_range("label_smoothing", label_smoothing, 0, 1)
    log_p = log_softmax(logits)
    saved = CrossEntropySaved(log_p, targets, counted, label_smoothing)
    if not counted.any():
        return logits.dtype.type(0), saved
    losses = -np.take_along_axis(log_p, targets[..., None], -1)[..., 0]  # (...)
    if label_smoothing:
        losses = (1 - label_smoothing) * losses - label_smoothing * log_p.mean(-1)
    return losses[counted].mean(), saved


@underflow_is_zero
def cross_entropy_backward(dout: Any, saved: CrossEntropySaved) -> np.ndarray:
    """dout, a scalar -> dlogits (..., V)."""
    log_p, targets, counted, label_smoothing = saved
    expect_shape("dout", np.asarray(dout), (), "one number, as the loss is")
    dlogits = np.exp(log_p)
    if label_smoothing:
        dlogits -= label_smoothing / log_p.shape[-1]
    at_target = targets[..., None]
    aimed = np.take_along_axis(dlogits, at_target, -1) - (1 - label_smoothing)
    np.put_along_axis(dlogits, at_target, aimed, -1)
    share = counted * (dout / max(int(counted.sum()), 1))  # (...), 0 where ignored
    return dlogits * share[..., None].astype(log_p.dtype)


def check_cross_entropy_inputs(
    logits: np.ndarray, targets: Any, ignore_index: int | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both as arrays, the targets 0 where ignored, and which of them count, bool."""
    (logits,) = floats(logits=logits)
    at_least_dims("logits", logits, 1, "(..., V)")
    targets = integers("targets", targets)
    expect_shape("targets", targets, logits.shape[:-1], fit=("logits", logits))
    counted = np.ones(targets.shape, bool)
    if ignore_index is not None:
        counted = np.asarray(targets != ignore_index)
        targets = np.where(counted, targets, 0)
    V = logits.shape[-1]
    if counted.any() and not 0 <= targets.min() <= targets.max() < V:
        raise ValueError(
            f"targets must lie in 0 … {V - 1} (or be ignore_index = {ignore_index}), "
            f"got {targets.min()} … {targets.max()}"
        )
    return logits, targets, counted
