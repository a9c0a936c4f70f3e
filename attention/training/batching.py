"""Batches: shuffled anew each epoch, or gathered by length so that padding costs little."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np

from ..ops.checks import in_range, integers
from ..parallel.workers import Shard

MOST = 1 << 26  # places whose order is kept: half a gigabyte
_TURNS = 6


class Batches(Protocol):
    """What a `Trainer` draws from; `__next__` begins a new epoch after the last batch of one."""

    @property
    def count(self) -> int:
        """Batches of this epoch."""

    @property
    def left(self) -> int:
        """Batches still to come in this epoch; 0: it has ended."""

    @property
    def decided(self) -> dict[str, Any]:
        """What decides the order: a resumed run must have the same."""

    def __next__(self) -> Any: ...

    def shards(self, batch: Any, workers: int, rng: Any) -> tuple[list[Shard], list[float] | None]:
        """The batch cut for so many workers, and the share of each shard; None: equal shares."""

    def weight(self, batch: Any) -> float:
        """How much a batch's loss counts in the mean of its epoch."""

    def state_dict(self) -> dict[str, np.ndarray]: ...
    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...


class ShuffledBatches:
    """An endless iterator over batches of 0 … n − 1, each epoch in a new order.

    Its place is three numbers (seed, epoch, position), so a resumed run meets the same batches.
    The last batch of an epoch may be smaller. Of more than `MOST` no order is kept in memory: each
    place of it is worked out. Raises ValueError if there is nothing to draw from.
    """

    def __init__(self, n: int, batch_size: int, seed: int = 0) -> None:
        in_range("n", n, 1, np.inf, "[)")
        in_range("batch_size", batch_size, 1, np.inf, "[)")
        self.n, self.batch_size, self.seed = n, batch_size, seed
        self.epoch, self.position = 0, 0
        self._order = self._shuffle()

    @property
    def count(self) -> int:
        return -(-self.n // self.batch_size)

    @property
    def left(self) -> int:
        return -(-(self.n - self.position) // self.batch_size)

    @property
    def decided(self) -> dict[str, Any]:
        return {"n": self.n, "batch_size": self.batch_size, "seed": self.seed}

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        if self.position >= self.n:
            self.epoch, self.position = self.epoch + 1, 0
            self._order = self._shuffle()
        batch = self._between(self.position, min(self.position + self.batch_size, self.n))
        self.position += len(batch)
        return batch

    def shards(
        self, batch: np.ndarray, workers: int, rng: "np.random.Generator"
    ) -> tuple[list[Shard], list[float] | None]:
        """(indices, generator) for each worker; a single one draws from `rng` itself."""
        count = min(workers, len(batch))
        if count < 2:
            return [(batch, rng)], None
        parts = np.array_split(batch, count)
        seeds = rng.integers(1 << 63, size=count)
        shards = [(part, np.random.default_rng(seed)) for part, seed in zip(parts, seeds)]
        return shards, [len(part) / len(batch) for part in parts]

    def weight(self, batch: np.ndarray) -> float:
        return 1.0

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"cursor": np.array([self.seed, self.epoch, self.position])}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Raises ValueError for a place that there is not."""
        seed, epoch, position = (int(x) for x in state["cursor"])
        if min(seed, epoch) < 0 or not 0 <= position <= self.n:
            raise ValueError(f"no place in {self.n} examples: {seed}, {epoch}, {position}")
        self.seed, self.epoch, self.position = seed, epoch, position
        self._order = self._shuffle()

    def _between(self, begin: int, end: int) -> np.ndarray:
        """What stands at these places of the epoch."""
        if self.n > MOST:
            return scattered(np.arange(begin, end), self.n, [self.seed, self.epoch])
        return self._order[begin:end]

    def _shuffle(self) -> np.ndarray:
        if self.n > MOST:
            return np.zeros(0, np.int64)
        return np.random.default_rng([self.seed, self.epoch]).permutation(self.n)


def scattered(places: np.ndarray, n: int, seed: Any) -> np.ndarray:
    """What a permutation of 0 … n − 1 has at `places`, without the others.

    Luby and Rackoff (1988): halves of a number change in turns, by what a mixer makes of the other
    half; what falls outside goes round again.
    """
    half = max(1, (int(n - 1).bit_length() + 1) // 2)
    keys = np.random.default_rng(seed).integers(1 << 62, size=_TURNS).tolist()
    found = np.array(places, np.uint64)
    left = np.ones(len(found), bool)
    while left.any():
        upper, lower = found[left] >> np.uint64(half), found[left] & np.uint64((1 << half) - 1)
        for key in keys:
            mixed = (lower + np.uint64(key)) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            upper, lower = lower, upper ^ (mixed >> np.uint64(64 - half))
        found[left] = (upper << np.uint64(half)) | lower
        left[left] = found[left] >= n
    return found.astype(np.int64)


def batches_by_length(lengths: Any, max_tokens: int, rng: Any) -> list[np.ndarray]:
    """Indices in batches of similar length: (sequences) · (longest of them) ≤ `max_tokens`.

    A sequence longer than that makes a batch of its own. The order of the batches is random, and
    so is the order among equal lengths.
    """
    lengths = integers("lengths", lengths)
    in_range("max_tokens", max_tokens, 1, np.inf, "[)")
    rng = np.random.default_rng(rng)
    shuffled = rng.permutation(len(lengths))
    order = shuffled[np.argsort(lengths[shuffled], kind="stable")]
    batches, start = [], 0
    for end in range(1, len(order) + 1):
        if end == len(order) or (end + 1 - start) * lengths[order[end]] > max_tokens:
            batches.append(order[start:end])
            start = end
    return [batches[i] for i in rng.permutation(len(batches))]
