"""Linear and cross-entropy in one, tuned: the loss over many items without all of their scores.

Why it is faster: the scores h·t + b of N positions against V items are the largest array of
training. Here a few rows
at a time become exponentials in place, and what backward needs of them, the gradients, is taken at
once. Probabilities are never made: they are exponentials times e^b over a sum, and both factors
move into the thin matrices, E wide, beside them.
"""

import math
from typing import NamedTuple

import numpy as np

from ..ops.checks import (
    expect_shape,
    floats,
    in_range,
    integers,
    underflow_is_zero,
    upstream,
)
from .embedding import sum_by_id

CHUNK = 1 << 19  # scores worked on at a time: fewer thin products, and still near the core
SMALL = 30.0  # e^±30, products and sums of it are far inside float32


class LinearCrossEntropySaved(NamedTuple):
    dhidden: np.ndarray  # (N, E), for dloss = 1
    dtable: np.ndarray  # (V, E)
    dbias: np.ndarray  # (V,)


@underflow_is_zero
def linear_cross_entropy_forward(
    hidden: np.ndarray,
    table: np.ndarray,
    bias: np.ndarray,
    targets: np.ndarray,
    *,
    label_smoothing: float = 0.0,
    correction: np.ndarray | None = None,
) -> tuple[np.ndarray, LinearCrossEntropySaved]:
    """hidden (N, E), table (V, E), bias (V,), targets (N,) in 0 … V − 1 -> mean loss ().

    Equals `linear_forward` and `cross_entropy_forward` one after the other. `correction` (V,),
    for a table of sampled items: −log of each one's chance to be in the sample, added to its score
    except where it is the target itself, which is always there; the sum over the sample then stands
    for that over all items (Bengio and Senécal 2008).
    """
    hidden, table, bias = floats(hidden=hidden, table=table, bias=bias)
    label_smoothing = in_range("label_smoothing", label_smoothing, 0, 1, "[)")
    targets = _check(hidden, table, bias, targets, correction)
    added = bias if correction is None else bias + correction
    fold = np.ptp(added) > SMALL  # then e^b would not be safe on its own
    weight = np.ones_like(bias) if fold else np.exp(added - added.max())
    weighted = np.column_stack([table, np.ones_like(bias)]) * weight[:, None]  # (V, E + 1)

    size, items = len(hidden), len(table)
    small = not fold and correction is None and _bound(hidden) * _bound(table) < SMALL
    upright = np.ascontiguousarray(table.T)  # (E, V)
    dhidden, dtable = np.empty_like(hidden), np.zeros(weighted.T.shape, weighted.dtype)
    log_sum = 0.0 if fold else size * float(added.max())
    buffer = np.empty((min(size, max(1, CHUNK // items)), items), hidden.dtype)
    product = np.empty_like(dtable)  # (E + 1, V)
    for start in range(0, size, len(buffer)):
        part, target = hidden[start : start + len(buffer)], targets[start : start + len(buffer)]
        scores = np.matmul(part, upright, out=buffer[: len(part)])  # (C, V)
        if fold:
            scores += added
        if correction is not None:
            scores[np.arange(len(part)), target] -= correction[target]
        if not small:
            top = scores.max(axis=1, keepdims=True)
            if np.abs(top).max() > SMALL:
                scores -= top
                log_sum += float(top.sum(dtype=np.float64))
        np.exp(scores, out=scores)
        mixed = scores @ weighted  # (C, E + 1), the last column is each row's sum
        log_sum += float(np.log(mixed[:, -1]).sum(dtype=np.float64))
        inverse = 1 / mixed[:, -1:]
        dhidden[start : start + len(part)] = mixed[:, :-1] * inverse
        dtable += np.matmul(np.column_stack([part * inverse, inverse]).T, scores, out=product)
    dtable *= weight

    pull = _pull_of_targets(hidden, table, bias, targets, label_smoothing)
    loss = np.asarray((log_sum - pull.gain) / size, dtype=hidden.dtype)
    return loss, LinearCrossEntropySaved(
        (dhidden - pull.dhidden) / size,
        (dtable[:-1].T - pull.dtable) / size,
        (dtable[-1] - pull.dbias) / size,
    )


def linear_cross_entropy_backward(
    dloss: np.ndarray, saved: LinearCrossEntropySaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dloss () -> dhidden (N, E), dtable (V, E), dbias (V,)."""
    dloss = upstream(dloss, (), saved.dhidden.dtype)
    return saved.dhidden * dloss, saved.dtable * dloss, saved.dbias * dloss


def _bound(rows: np.ndarray) -> float:
    """The length of the longest of (N, E)."""
    return math.sqrt(float(np.vecdot(rows, rows).max()))


class _Pull(NamedTuple):
    """The other half of the loss: the targets' own scores, and their gradients."""

    gain: float
    dhidden: np.ndarray
    dtable: np.ndarray
    dbias: np.ndarray


def _pull_of_targets(
    hidden: np.ndarray, table: np.ndarray, bias: np.ndarray, targets: np.ndarray, smoothing: float
) -> _Pull:
    size, items = len(hidden), len(table)
    right, share = 1 - smoothing, smoothing / items
    dhidden = right * table[targets]
    rows, sums = sum_by_id(targets, hidden)
    dtable, dbias = np.zeros_like(table), np.full_like(bias, share * size)
    dtable[rows] = right * sums
    dbias += right * np.bincount(targets, minlength=items).astype(bias.dtype)
    if smoothing:  # a share of every item's score
        dhidden += share * table.sum(axis=0)
        dtable += share * hidden.sum(axis=0)
    gain = np.vdot(dtable, table) + np.vdot(dbias, bias)  # the scores are linear in both
    return _Pull(float(gain), dhidden, dtable, dbias)


def _check(
    hidden: np.ndarray,
    table: np.ndarray,
    bias: np.ndarray,
    targets: np.ndarray,
    correction: np.ndarray | None,
) -> np.ndarray:
    if hidden.ndim != 2 or not hidden.size:
        raise ValueError(f"hidden must have shape (N, E) and not be empty, got {hidden.shape}")
    expect_shape("table", table, (len(table), hidden.shape[1]), "as wide as hidden")
    expect_shape("bias", bias, table.shape[:1], "one an item")
    if correction is not None:
        expect_shape("correction", correction, table.shape[:1], "one an item")
    targets = integers("targets", targets)
    expect_shape("targets", targets, hidden.shape[:1], "one a position")
    if not 0 <= targets.min() <= targets.max() < len(table):
        raise ValueError(
            f"targets must lie in 0 … {len(table) - 1}, the rows of table, "
            f"got {targets.min()} … {targets.max()}"
        )
    return targets
