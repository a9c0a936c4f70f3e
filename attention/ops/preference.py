"""DPO: learn from pairs of answers of which people preferred one, without a reward model.

Rafailov et al. 2023 (arXiv:2305.18290), equation 7. With the log-probabilities of whole answers,

    loss = mean −log σ(β m),   m = (log π(chosen) − log π₀(chosen)) − (the same of rejected)

and dm = −β σ(−β m): a pair that is already far apart teaches little.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from .checks import expect_shape, floats, in_range, underflow_is_zero


class DPOSaved(NamedTuple):
    pull: np.ndarray  # (B,), σ(−β m): how much each pair still teaches
    beta: float


@underflow_is_zero
def dpo_forward(
    chosen: np.ndarray,
    rejected: np.ndarray,
    reference_chosen: np.ndarray,
    reference_rejected: np.ndarray,
    beta: float = 0.1,
) -> tuple[np.floating, DPOSaved]:
    """Log-probabilities (B,) of the model's answers and the reference's -> loss, a scalar.

    Raises ValueError for lengths that differ or an empty batch.
    """
    chosen, rejected, ours, theirs = floats(
        chosen=chosen,
        rejected=rejected,
        reference_chosen=reference_chosen,
        reference_rejected=reference_rejected,
    )
    if chosen.ndim != 1 or not chosen.size:
        raise ValueError(f"chosen must have shape (B,) with B of 1 or more, got {chosen.shape}")
    for name, x in (
        ("rejected", rejected), ("reference_chosen", ours), ("reference_rejected", theirs)
    ):  # fmt: skip
        expect_shape(name, x, chosen.shape, fit=("chosen", chosen))
    beta = in_range("beta", beta, 0, math.inf, "()")
    margin = beta * ((chosen - ours) - (rejected - theirs))
    won = margin.real > 0
    small = np.exp(np.where(won, -margin, margin))  # e^−|βm|, which cannot overflow
    losses = np.log1p(small) - np.where(won, 0, margin)
    pull = np.where(won, small, 1) / (1 + small)
    return losses.mean().astype(chosen.dtype), DPOSaved(pull.astype(chosen.dtype), beta)


@underflow_is_zero
def dpo_backward(
    dout: Any, saved: DPOSaved
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """dout, a scalar -> dchosen, drejected, dreference_chosen, dreference_rejected, (B,) each.

    The reference is frozen in training: its two are for the check.
    """
    pull, beta = saved
    expect_shape("dout", np.asarray(dout), (), "one number, as the loss is")
    dmargin = pull * pull.dtype.type(-beta * dout / len(pull))
    return dmargin, -dmargin, -dmargin, dmargin.copy()
