"""Workers: a batch cut into shards, each with its own thread and its own gradients.

NumPy lets go of the interpreter while it computes, so threads share all cores, in elementwise work
as in products. Gradients are added in the order of the shards: the same number of workers gives
the same bits, run after run.
"""

import math
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from ..layers.parameter import ParameterBuffer, ShardGradients
from ..ops._checks import in_range
from .process import kept_memory, single_threaded_blas

T = TypeVar("T")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Up to `count` tasks at once, the first on the calling thread; None means one a core.

        with Workers(2) as workers:
            loss = workers.add_gradients(optimizer.buffer, [first_half, second_half])

    A context: while it stands, freed memory is kept for the next step and, if there are several
    workers, the BLAS is held to one thread (`process`).
    """

    def __init__(self, count: int | None = None) -> None:
        count = cores() if count is None else count
        in_range("workers", count, 1, math.inf, "[)")
        self.count = count
        self._leave = ExitStack()
        self._pool: Any = None

    def __enter__(self) -> "Workers":
        self._leave.enter_context(kept_memory)
        if self.count > 1:
            from concurrent.futures import ThreadPoolExecutor  # here, since it loads logging

            self._leave.enter_context(single_threaded_blas)
            self._pool = self._leave.enter_context(ThreadPoolExecutor(self.count - 1))
        return self

    def __exit__(self, *error: object) -> None:
        self._pool = None
        self._leave.close()

    def run(self, tasks: Sequence[Callable[[], T]]) -> list[T]:
        """Results in the order of the tasks; an error is raised when all have ended."""
        if self._pool is None:
            return [task() for task in tasks]
        futures = [self._pool.submit(task) for task in tasks[1:]]
        try:
            first = [task() for task in tasks[:1]]
        finally:
            errors = [future.exception() for future in futures]  # waits for each
        for error in filter(None, errors):
            raise error
        return first + [future.result() for future in futures]

    def add_gradients(
        self,
        buffer: ParameterBuffer,
        tasks: Sequence[Callable[[], float]],
        shares: Sequence[float] | None = None,
    ) -> float:
        """Run tasks that add up gradients and return a loss; add Σ shareᵢ · gradientsᵢ to `buffer`.

        `shares` are those of the tasks in the whole, 1/n each by default: for losses that are
        means, the part of the batch that each task has. Returns Σ shareᵢ · lossᵢ.
        """
        shares = [1 / len(tasks)] * len(tasks) if shares is None else shares
        if len(tasks) == 1 and shares[0] == 1:
            return float(tasks[0]())
        gradients = buffer.shard_gradients(len(tasks))

        def collect(task: Callable[[], float], into: ShardGradients) -> float:
            with into:
                return float(task())

        pairs = zip(tasks, gradients, strict=True)
        losses = self.run([partial(collect, task, into) for task, into in pairs])
        ranges = np.linspace(0, buffer.grad.size, self.count + 1).astype(int)

        def add(start: int, end: int) -> None:
            for share, one in zip(shares, gradients, strict=True):
                part = one.grad[start:end]
                part *= share
                buffer.grad[start:end] += part

        self.run([partial(add, start, end) for start, end in pairwise(ranges)])
        return math.fsum(share * loss for share, loss in zip(shares, losses, strict=True))
