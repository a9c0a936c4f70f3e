"""Which weights a run keeps: those of the epoch that validation liked best, perhaps averaged.

The one rule of patience: a validation is better only if it is higher than all before it, and
training ends after `patience` epochs in a row without a better one.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Stopping:
    """When a run ends by itself, and with which weights.

    `judge` scores the weights after each epoch, higher is better; the best epoch's are kept at
    the end, and `patience` epochs without a better one end the run. With `average`, an average
    over so many epochs is judged and kept. `stop` ends the epoch and the run.
    """

    judge: Callable[[], float] | None = None
    patience: int = 1
    average: float | None = None
    stop: Callable[[], bool] | None = None


class Best:
    """The best score so far, and a copy of the weights (N,) that had it."""

    def __init__(self, weights: np.ndarray, patience: int) -> None:
        if patience < 1:
            raise ValueError(f"patience must be 1 epoch or more, got {patience}")
        self.patience, self.score, self.since = patience, -math.inf, 0
        self.weights = weights.copy()

    @property
    def is_final(self) -> bool:
        """True when patience has come to its end."""
        return self.since >= self.patience

    def judge(self, score: float, weights: np.ndarray) -> None:
        self.since += 1
        if score > self.score:
            self.score, self.since = score, 0
            self.weights[:] = weights

    def state_dict(self) -> dict[str, np.ndarray]:
        rank = [self.score] if math.isfinite(self.score) else []  # none before the first epoch
        return {
            "weights": self.weights.copy(),
            "score": np.array([*rank, 0.0][:1]),
            "since": np.array([self.since, len(rank)]),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.weights[:] = state["weights"]
        self.since, judged = (int(number) for number in state["since"])
        self.score = float(state["score"][0]) if judged else -math.inf


class Average:
    """A running average of the weights of the last `epochs` epochs or so.

    It does for a high rate what its fall would do later (Polyak and Juditsky 1992; Izmailov et al.
    2018). With 0 epochs it is the last weights.
    """

    def __init__(self, weights: np.ndarray, epochs: float) -> None:
        self.weights, self.epochs = weights.copy(), epochs

    def add(self, weights: np.ndarray, step: int, epoch_steps: int) -> None:
        """After step `step` of the run, counted from 1; at first it spans a tenth of the run."""
        share = 1 / max(1.0, min(self.epochs * epoch_steps, (9 + step) / 10))
        self.weights += share * (weights - self.weights)

    def state_dict(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights.copy()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.weights[:] = state["weights"]
