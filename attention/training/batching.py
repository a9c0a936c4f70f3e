"""Batches: shuffled anew each epoch, or gathered by length so that padding costs little."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..ops.checks import in_range, integers


class ShuffledBatches:
    """An endless iterator over batches of 0 … n − 1, each epoch in a new order.

    Its place is three numbers (seed, epoch, position), so a resumed run meets the same batches.
    The last batch of an epoch may be smaller. Raises ValueError if there is nothing to draw from.
    """

    def __init__(self, n: int, batch_size: int, seed: int = 0) -> None:
        in_range("n", n, 1, np.inf, "[)")
        in_range("batch_size", batch_size, 1, np.inf, "[)")
        self.n, self.batch_size, self.seed = n, batch_size, seed
        self.epoch, self.position = 0, 0
        self._order = self._shuffle()

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        if self.position >= self.n:
            self.epoch, self.position = self.epoch + 1, 0
            self._order = self._shuffle()
        batch = self._order[self.position : self.position + self.batch_size]
        self.position += len(batch)
        return batch

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"cursor": np.array([self.seed, self.epoch, self.position])}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.seed, self.epoch, self.position = (int(x) for x in state["cursor"])
        self._order = self._shuffle()

    def _shuffle(self) -> np.ndarray:
        return np.random.default_rng([self.seed, self.epoch]).permutation(self.n)


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
