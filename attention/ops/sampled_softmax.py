"""Sampled softmax: cross-entropy over many items, at the cost of a few of them.

The sum Σ_j exp(s_j) over all items is the costly part of softmax. Each s_j is a product with row j
of a table, so it can be estimated from a sample: an item's exponential, divided by how often it is
expected in the sample, is right on average (Bengio & Senécal 2008; Jean et al. 2015). The target
stands there for certain and is not divided; where it was drawn too, it is not counted again.

A mixed sample (Yang et al. 2020) takes the batch's own targets and some items drawn uniformly: then
N · (share of j among all targets) + draws / V of item j are expected.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .checks import expect_shape, floats, integers, underflow_is_zero, unmasked
from .cross_entropy import CrossEntropySaved, cross_entropy_backward, cross_entropy_forward
from .embedding import sum_by_id


class SampledSoftmaxSaved(NamedTuple):
    hidden: np.ndarray  # (N, E)
    at_targets: np.ndarray  # (N, E), rows of the table
    at_sampled: np.ndarray  # (S, E)
    ids: np.ndarray  # (N + S,), targets, then sampled
    cross_entropy: CrossEntropySaved
    table_shape: tuple[int, int]
    has_bias: bool


class RowGradients(NamedTuple):
    """Of the table and the bias, for the few rows that were met; all others are zero."""

    rows: np.ndarray  # (R,), distinct ids, ascending
    table: np.ndarray  # (R, E)
    bias: np.ndarray  # (R,)

    def of_all(self, table_shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """-> dtable (V, E), dbias (V,)."""
        dtable = np.zeros(table_shape, self.table.dtype)
        dbias = np.zeros(table_shape[0], self.bias.dtype)
        dtable[self.rows], dbias[self.rows] = self.table, self.bias
        return dtable, dbias


@underflow_is_zero
def sampled_softmax_forward(
    hidden: np.ndarray,
    table: np.ndarray,
    bias: np.ndarray | None,
    targets: Any,
    sampled: Any,
    log_expected: Any = None,
) -> tuple[np.floating, SampledSoftmaxSaved]:
    """hidden (N, E), table (V, E), bias (V,), targets (N,), sampled (S,) ids -> mean loss.

    `log_expected` (S,) is the log of how often each sampled id is expected in the sample; by
    default S / V, as if drawn uniformly. All ids, each once, give the cross-entropy over all.
    """
    hidden, table, bias, targets, sampled, log_expected = check_sampled_softmax_inputs(
        hidden, table, bias, targets, sampled, log_expected
    )
    at_targets, at_sampled = table[targets], table[sampled]
    of_target = (hidden * at_targets).sum(1)  # (N,)
    scores = hidden @ at_sampled.T  # (N, E) (E, S)
    if bias is not None:
        of_target += bias[targets]
        scores += bias[sampled]
    scores -= log_expected
    scores[sampled == targets[:, None]] = -np.inf
    logits = np.column_stack([of_target, scores])  # (N, 1 + S), the target's first
    loss, saved = cross_entropy_forward(logits, np.zeros(len(logits), int))
    ids = np.concatenate([targets, sampled])
    return loss, SampledSoftmaxSaved(
        hidden, at_targets, at_sampled, ids, saved, table.shape, bias is not None
    )


def sampled_softmax_backward(
    dout: Any, saved: SampledSoftmaxSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """dout, a scalar -> dhidden (N, E), dtable (V, E), dbias (V,), None without a bias."""
    dhidden, few = sampled_softmax_row_gradients(dout, saved)
    dtable, dbias = few.of_all(saved.table_shape)
    return dhidden, dtable, dbias if saved.has_bias else None


@underflow_is_zero
def sampled_softmax_row_gradients(
    dout: Any, saved: SampledSoftmaxSaved
) -> tuple[np.ndarray, RowGradients]:
    """As backward, dout -> dhidden (N, E), and gradients of the rows met: the table may be long."""
    dlogits = cross_entropy_backward(dout, saved.cross_entropy)
    dof_target, dscores = dlogits[:, :1], dlogits[:, 1:]  # (N, 1), (N, S)
    dhidden = dscores @ saved.at_sampled + dof_target * saved.at_targets
    for_rows = np.concatenate([dof_target * saved.hidden, dscores.T @ saved.hidden])  # (N + S, E)
    for_bias = np.concatenate([dof_target[:, 0], dscores.sum(0)])  # (N + S,)
    rows, sums = sum_by_id(saved.ids, np.column_stack([for_rows, for_bias]))
    return dhidden, RowGradients(rows, sums[:, :-1], sums[:, -1])


def check_sampled_softmax_inputs(
    hidden: np.ndarray,
    table: np.ndarray,
    bias: np.ndarray | None,
    targets: Any,
    sampled: Any,
    log_expected: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray, np.ndarray, np.ndarray]:
    """All as arrays, log_expected of the dtype of hidden."""
    hidden, table = floats(hidden=hidden, table=table)
    if hidden.ndim != 2:
        raise ValueError(f"hidden must have shape (N, E), got {hidden.shape}")
    expect_shape("table", table, (len(table), hidden.shape[-1]), "as wide as hidden")
    if bias is not None:
        hidden, bias = floats(hidden=hidden, bias=bias)
        expect_shape("bias", bias, table.shape[:1], "one for each row of table")
    targets, sampled = integers("targets", targets), integers("sampled", sampled)
    expect_shape("targets", targets, hidden.shape[:-1], "one for each row of hidden")
    expect_shape("sampled", sampled, (sampled.size,), "a list of ids")
    for name, ids in (("targets", targets), ("sampled", sampled)):
        if ids.size and not 0 <= ids.min() <= ids.max() < len(table):
            raise ValueError(
                f"{name} must lie in 0 … {len(table) - 1}, the rows of table {table.shape}, "
                f"got {ids.min()} … {ids.max()}"
            )
    if log_expected is None:
        log_expected = np.full(len(sampled), math.log(max(len(sampled), 1) / max(len(table), 1)))
    log_expected = unmasked("log_expected", log_expected).astype(hidden.dtype)
    expect_shape("log_expected", log_expected, sampled.shape, "one for each sampled id")
    return hidden, table, bias, targets, sampled, log_expected
