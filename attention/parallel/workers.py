"""Workers: a batch cut into shards, each on a core of its own, with its own gradients.

Workers are copies of this process where it can fork (`copies`), else threads. Gradients are added
in the order of the shards: the same number of workers gives the same bits, run after run.
"""

import math
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..layers.parameter import ParameterBuffer, ShardGradients
from ..ops.checks import count as whole_number
from .process import kept_memory, single_threaded_blas
from .ranks import ALONE, Ranks

if TYPE_CHECKING:
    from .copies import Copies
    from .threads import Threads

LONG = 1 << 17  # elements of a vector that pays to be shared out
BLOCK = 1 << 15  # elements worked on at a time, so that they stay in the cache

Shard = tuple[Any, ...]  # what `compute` is called with


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """`count` calls at once, the first of them here; None means one a core.

        with Workers(2) as workers:
            loss = workers.add_gradients(optimizer.buffer, compute, [first_half, second_half])

    A context: while it stands, freed memory is kept for the next step and, if there are several
    workers, the BLAS is held to one thread (`process`).
    """

    def __init__(self, count: int | None = None, ranks: Ranks = ALONE) -> None:
        """`count` are the workers of all `ranks`, each of which has its part of them here."""
        self.ranks = ranks
        self.count = ranks.cores() if count is None else whole_number("workers", count, 1)
        if self.count < ranks.size:
            raise ValueError(
                f"{ranks.size} ranks share {self.count} workers; take {ranks.size} or more "
                f"workers, or start fewer ranks"
            )
        self._hands = -(-self.count // ranks.size)  # that work here
        self._leave = ExitStack()
        self._entered = False
        self._others: Copies | Threads | None = None  # until there is work for them

    def __enter__(self) -> "Workers":
        self._leave.enter_context(kept_memory)
        if self.count > 1:  # elsewhere too: bits must not depend on where a shard is computed
            self._leave.enter_context(single_threaded_blas)
        self._entered = True
        return self

    def __exit__(self, *error: object) -> None:
        self._dismiss()
        self._entered = False
        self._leave.close()

    def map(self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        """function(*a) for each `a` of `arguments`; an error is raised when all have ended.

        A worker knows `function`, and all that it reaches, as it was when first called within this
        context: what changes here later it does not see, and what it changes stays with it. Only
        `arguments`, results, and parameters in a ParameterBuffer with their gradients pass between
        workers. Raises RuntimeError for several workers outside of the context.
        """
        hands = min(self._hands, len(arguments))
        if hands < 2:
            return [function(*a) for a in arguments]
        if not self._entered:
            raise RuntimeError(
                f"{self.count} workers must be entered before they work, or their copies and the "
                f"threads of the BLAS would fight; write `with Workers({self.count}) as workers:`"
            )
        others = self._others_knowing(function)
        outcomes: list[Any] = [None] * len(arguments)
        try:
            for hand in range(1, hands):
                others.ask(hand - 1, function, arguments[hand::hands])
            outcomes[::hands] = [(function(*a), None) for a in arguments[::hands]]
            for hand in range(1, hands):
                outcomes[hand::hands] = others.answer(hand - 1)
        except BaseException:
            self._dismiss()  # which waits, and lets no late answer be taken for a later one
            raise
        for _, error in outcomes:
            if error is not None:
                raise error
        return [result for result, _ in outcomes]

    def add_gradients(
        self,
        buffer: ParameterBuffer,
        compute: Callable[..., float],
        shards: Sequence[Shard],
        shares: Sequence[float] | None = None,
    ) -> float:
        """compute(*shard) adds up gradients and returns a loss; Σ shareᵢ · gradientsᵢ to `buffer`.

        `shares` are those of the shards in the whole, 1/n each by default: for losses that are
        means, the part of the batch that each shard has. Returns Σ shareᵢ · lossᵢ. As for `map`.
        Of several ranks each computes its part of the shards, and `buffer` must come with zeros.
        """
        shares = [1 / len(shards)] * len(shards) if shares is None else shares
        if len(shards) == 1 and shares[0] == 1:
            return float(compute(*shards[0]))
        ranks = self.ranks
        mine = range(ranks.rank, len(shards), ranks.size)
        if ranks.exact or ranks.size == 1:
            gradients = buffer.shard_gradients(len(shards))
            losses = self.map(_Collect(compute, gradients), [(i, shards[i]) for i in mine])
            for i, gradient in enumerate(gradients):
                ranks.send(gradient.grad, i % ranks.size)
            self.map(_Add(buffer, gradients), [(*part, shares) for part in self.parts(buffer)])
        else:
            gradients = buffer.shard_gradients(len(mine))
            jobs = [(place, shards[i]) for place, i in enumerate(mine)]
            losses = self.map(_Collect(compute, gradients), jobs)
            weights = [shares[i] for i in mine]
            self.map(_Add(buffer, gradients), [(*part, weights) for part in self.parts(buffer)])
            ranks.sum(buffer.grad)
        own_losses = [shares[i] * loss for i, loss in zip(mine, losses, strict=True)]
        return math.fsum(ranks.gather(own_losses))

    def parts(self, buffer: ParameterBuffer) -> list[tuple[int, int]]:
        """(start, end) of the part of the vector that each worker takes; one, if it is short."""
        size = buffer.data.size
        hands = self._hands if size > LONG else 1
        return list(pairwise(size * hand // hands for hand in range(hands + 1)))

    def _others_knowing(self, function: Callable[..., Any]) -> "Copies | Threads":
        from . import copies, threads  # here, since they load much of the standard library

        known = [] if self._others is None else self._others.functions
        if self._others is None or function not in known:
            self._dismiss()
            make = copies.Copies if copies.can_be_made() else threads.Threads
            self._others = make(self._hands - 1, [*known, function])
        return self._others

    def _dismiss(self) -> None:
        if self._others is not None:
            self._others.close()
            self._others = None


@dataclass(frozen=True)
class _Collect:
    """What a worker does with a shard. Equal to another of the same parts, so known again."""

    compute: Callable[..., float]
    gradients: list[ShardGradients]

    def __call__(self, place: int, shard: Shard) -> float:
        with self.gradients[place]:
            return float(self.compute(*shard))


@dataclass(frozen=True)
class _Add:
    """Adds part of the gradients of all shards to those of the buffer."""

    buffer: ParameterBuffer
    gradients: list[ShardGradients]

    def __call__(self, start: int, end: int, shares: Sequence[float]) -> None:
        for first in range(start, end, BLOCK):
            block = slice(first, min(first + BLOCK, end))
            into = self.buffer.grad[block]
            for share, shard in zip(shares, self.gradients, strict=True):
                into += shard.grad[block] if share == 1 else share * shard.grad[block]
