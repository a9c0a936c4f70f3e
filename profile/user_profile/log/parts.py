"""A log in parts, some users each: every process holds some, and what all must know comes together.

Part p belongs to worker p, and so to rank p mod ranks; what is found in the parts is put together
in their order. As many parts give the same bits, however many ranks share them.
"""

import functools
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np

from attention.parallel.ranks import ALONE, Ranks

T = TypeVar("T")
U = TypeVar("U")
_SHUFFLED = 1 << 24  # rows up to which a draw shuffles them all; of more it would take the memory


class LogParts(Generic[T]):
    """`local` are the parts of this process by number, of `count`; those of nobody are left out."""

    def __init__(self, local: Mapping[int, T], count: int = 1, ranks: Ranks = ALONE) -> None:
        self.local, self.count, self.ranks = dict(local), count, ranks

    def like(self, local: Mapping[int, U]) -> "LogParts[U]":
        """Something else of the same parts."""
        return LogParts(local, self.count, self.ranks)

    def of_each(self, ask: Callable[[int], Any]) -> list[Any]:
        """`ask(number)` of every part, whichever rank has it, in their order, on all ranks."""
        return list(self.by_number(ask).values())

    def of_first(self, ask: Callable[[int], Any]) -> Any:
        """What the first of them says, on all ranks."""
        number = min(self.ranks.gather(list(self.local)))
        said = ask(number) if number in self.local else None
        return self.ranks.agree(said, number % self.ranks.size)

    def by_number(self, ask: Callable[[int], Any]) -> dict[int, Any]:
        """The same by the numbers of the parts."""
        found = self.ranks.gather([(number, ask(number)) for number in self.local])
        return dict(sorted(found, key=lambda pair: pair[0]))

    def added(self, count: Callable[[int], Any]) -> Any:
        """Σ of what is counted in each part, added in their order."""
        return functools.reduce(operator.add, self.of_each(count))

    def first(self, size: Callable[[int], int]) -> dict[int, int]:
        """How many stand before those of each part, in the row of all."""
        sizes = self.by_number(size)
        return dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist()))

    def total(self, count: Callable[[int], np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
        """Σ of arrays (shape) that are counted in the parts; memory holds two of them at a time."""
        total = np.zeros(shape)
        for number in range(self.count):
            part = np.zeros(shape)
            if number in self.local:
                part += count(number)
            self.ranks.send(part, number % self.ranks.size)
            total += part
        return total

    def mean(self, values: Callable[[int], np.ndarray]) -> float:
        """Of all numbers, to the last bit the same however they are cut into parts; NaN of none."""

        def summed(number: int) -> tuple[int, list[float]]:
            numbers = values(number)
            return len(numbers), exact_sum(numbers)

        found = self.of_each(summed)
        size = sum(count for count, _ in found)
        return math.fsum(x for _, some in found for x in some) / size if size else math.nan

    def rows(
        self,
        size: Callable[[int], int],
        most: int,
        rng: np.random.Generator,
        read: Callable[[int, np.ndarray], tuple[np.ndarray, ...]],
    ) -> tuple[np.ndarray, ...]:
        """`read(number, rows)` of `most` rows of all, drawn, or of all; columns put together."""
        sizes = self.by_number(size)
        ends = np.cumsum([0, *sizes.values()])
        chosen = np.sort(_drawn(int(ends[-1]), most, rng))
        cut = np.searchsorted(chosen, ends)
        local = {
            number: chosen[cut[place] : cut[place + 1]] - ends[place]
            for place, number in enumerate(sizes)
        }
        found = self.of_each(lambda number: read(number, local[number]))
        return tuple(np.concatenate(column) for column in zip(*found))


def exact_sum(values: np.ndarray) -> list[float]:
    """A few numbers whose sum is exactly that of `values` (N,): sums of parts can then be added."""
    found: list[float] = []
    numbers = values.tolist()
    while rest := math.fsum([*numbers, *(-number for number in found)]):
        found.append(rest)
    return found


def _drawn(size: int, most: int, rng: np.random.Generator) -> np.ndarray:
    if size <= _SHUFFLED:
        return rng.permutation(size)[:most]
    return rng.choice(size, most, replace=False, shuffle=False)
