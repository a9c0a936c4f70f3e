"""Sampled softmax, tuned: the sampled rows alone go through the linear cross-entropy.

Why it is faster: where each target is itself among the sampled ids, as in a mixed sample, its score
stands among theirs already, and nothing of the size N × S is kept for backward or joined. The rows
met are the sampled ones, so their gradients need no sorting.
"""

from typing import Any, NamedTuple

import numpy as np

from .. import ops
from ..ops.sampled_softmax import (
    RowGradients,
    SampledSoftmaxSaved,
    check_sampled_softmax_inputs,
)
from .linear_cross_entropy import (
    LinearCrossEntropySaved,
    linear_cross_entropy_backward,
    linear_cross_entropy_forward,
)


class FastSampledSoftmaxSaved(NamedTuple):
    cross_entropy: LinearCrossEntropySaved  # over the sampled rows
    sampled: np.ndarray  # (S,), ids, ascending
    table_shape: tuple[int, int]
    has_bias: bool


AnySampledSoftmaxSaved = FastSampledSoftmaxSaved | SampledSoftmaxSaved  # the plain pair's, if not


def sampled_softmax_forward(
    hidden: np.ndarray,
    table: np.ndarray,
    bias: np.ndarray | None,
    targets: Any,
    sampled: Any,
    log_expected: Any = None,
    *,
    label_smoothing: float = 0.0,
) -> tuple[np.ndarray | np.floating, AnySampledSoftmaxSaved]:
    """As `ops.sampled_softmax_forward`, faster where `sampled` ascends and holds every target.

    Only then may `label_smoothing` spread part of the aim over the sampled ids.
    """
    hidden, table, bias, targets, sampled, log_expected = check_sampled_softmax_inputs(
        hidden, table, bias, targets, sampled, log_expected
    )
    place = np.searchsorted(sampled, targets)
    place[place == len(sampled)] = 0
    mixed = len(sampled) > 0 and (np.diff(sampled) > 0).all() and (sampled[place] == targets).all()
    if not mixed or not hidden.size or hidden.dtype.kind == "c":
        if label_smoothing:
            raise ValueError(
                "label_smoothing needs sampled ids that ascend and hold every target; "
                "take np.union1d(targets, sampled), or no smoothing"
            )
        return ops.sampled_softmax_forward(hidden, table, bias, targets, sampled, log_expected)
    own_bias = np.zeros(len(sampled), hidden.dtype) if bias is None else bias[sampled]
    loss, saved = linear_cross_entropy_forward(
        hidden, table[sampled], own_bias, place,
        label_smoothing=label_smoothing, correction=-log_expected,
    )  # fmt: skip
    return loss, FastSampledSoftmaxSaved(saved, sampled, table.shape, bias is not None)


def sampled_softmax_backward(
    dout: Any, saved: AnySampledSoftmaxSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """dout, a scalar -> dhidden (N, E), dtable (V, E), dbias (V,), None without a bias."""
    dhidden, few = sampled_softmax_row_gradients(dout, saved)
    dtable, dbias = few.of_all(saved.table_shape)
    return dhidden, dtable, dbias if saved.has_bias else None


def sampled_softmax_row_gradients(
    dout: Any, saved: AnySampledSoftmaxSaved
) -> tuple[np.ndarray, RowGradients]:
    """As backward, dout -> dhidden (N, E), and gradients of the rows met: the table may be long."""
    if isinstance(saved, SampledSoftmaxSaved):
        return ops.sampled_softmax_row_gradients(dout, saved)
    dout = np.asarray(dout, saved.cross_entropy.dhidden.dtype)
    dhidden, dtable, dbias = linear_cross_entropy_backward(dout, saved.cross_entropy)
    return dhidden, RowGradients(saved.sampled, dtable, dbias)
