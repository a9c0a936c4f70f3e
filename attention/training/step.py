"""One step of learning: zero, gradients over workers, clip, rate, update."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..parallel.workers import Shard, Workers
from .clipping import clip_grad_norm
from .optimizer import Optimizer


class NonFiniteLoss(FloatingPointError):
    """The loss or a gradient is not finite; parameters are as before the step."""


class StepDone(NamedTuple):
    loss: float
    rate: float
    norm: float  # of the gradients, before clipping


def training_step(
    optimizer: Optimizer,
    compute: Callable[..., float],
    shards: Sequence[Shard],
    *,
    workers: Workers,
    rate: float | None = None,
    max_norm: float | None = None,
    shares: Sequence[float] | None = None,
) -> StepDone:
    """`compute(*shard)` adds up gradients and returns a loss, for each shard on a worker.

    `shares` as for `Workers.add_gradients`; `rate` None keeps the optimiser's; `max_norm` None
    does not clip. Raises NonFiniteLoss before anything has changed.
    """
    optimizer.zero_grad()
    loss = workers.add_gradients(optimizer.buffer, compute, shards, shares)
    if not math.isfinite(loss):
        raise NonFiniteLoss(f"the loss is {loss}")
    try:
        norm = clip_grad_norm(optimizer.buffer, max_norm or math.inf)
    except FloatingPointError as error:
        raise NonFiniteLoss(str(error)) from error
    if rate is not None:
        optimizer.lr = rate
    optimizer.step(workers)
    return StepDone(loss, float(optimizer.lr), norm)
