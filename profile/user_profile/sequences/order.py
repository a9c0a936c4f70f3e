"""What a run over histories meets, and in which order: windows, in batches of similar length."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from attention.parallel.workers import Shard
from attention.training import batches_by_length

from .data import Histories, Windows, draw_windows
from .objective import Share
from .settings import Settings


class EpochBatches:
    """Batches that are drawn anew each epoch, and the place among them: (epoch, position)."""

    epoch = position = 0

    @property
    def count(self) -> int:
        """Batches of this epoch, those that ask for nothing too."""
        raise NotImplementedError

    def _draw(self) -> None:
        """The batches of the epoch."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"cursor": np.array([self.epoch, self.position])}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Raises ValueError for a place that there is not."""
        epoch, position = (int(x) for x in state["cursor"])
        if epoch < 0 or position < 0:
            raise ValueError(f"there is no batch {position} in epoch {epoch}")
        self.epoch, self.position = epoch, position
        self._draw()
        if position > self.count:
            raise ValueError(f"there is no batch {position} among {self.count}")


class WindowBatches(EpochBatches):
    """All windows of all histories, cut and shuffled anew each epoch; as `Trainer` draws them.

    Its place is two numbers (epoch, position), so a resumed run meets the same batches.
    """

    def __init__(self, past: Histories, settings: Settings) -> None:
        self.past, self.settings = past, settings
        self._draw()

    @property
    def count(self) -> int:
        return len(self._batches)

    @property
    def left(self) -> int:
        """Batches of this epoch that are still to come and ask for something."""
        return int(np.count_nonzero(self._targets[self.position :]))

    @property
    def decided(self) -> dict[str, Any]:
        return {"seed": self.settings.seed}

    def __next__(self) -> Windows:
        if not self.left:
            self.epoch, self.position = self.epoch + 1, 0
            self._draw()
        self.position += int(np.flatnonzero(self._targets[self.position :])[0]) + 1
        return self._windows.take(self._batches[self.position - 1])

    def shards(
        self, batch: Windows, workers: int, rng: Any
    ) -> tuple[list[Shard], list[float] | None]:
        """A share for each worker; its loss is its part of the batch's, so they only add up."""
        count = min(workers, len(batch.user))
        weight = 1 / int(batch.targets.sum())
        rngs = self._rng.spawn(count)
        shares = [(Share(batch.take(np.s_[i::count]), weight, rngs[i]),) for i in range(count)]
        return shares, [1.0] * count

    def weight(self, batch: Windows) -> float:
        return float(batch.targets.sum())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        for batch, counted in zip(self._batches[: self.position], self._targets):
            if counted:  # what the shares of steps done have taken of the generator
                self._rng.spawn(min(self.settings.workers, len(batch)))

    def _draw(self) -> None:
        self._rng = np.random.default_rng([self.settings.seed, self.epoch])
        self._windows = draw_windows(self.past, self.settings.max_length, self._rng)
        lengths, tokens = self._windows.lengths, self.settings.tokens or 1
        self._batches = batches_by_length(lengths, tokens, self._rng)
        targets = self._windows.targets
        self._targets = np.array([targets[batch].sum() for batch in self._batches])
