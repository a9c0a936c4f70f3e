"""The learning rate of a run that must end with the clock: warm-up, then half a cosine to zero.

The way that is left is cut anew at every step into the steps that are left: those of the plan, or
those for which there is time. While there is time for all, the rate depends on the step alone.
"""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


class Schedule:
    """`next(epoch_steps)` before each step gives its rate; `over` says when to stop."""

    def __init__(
        self,
        peak: float,
        warmup: int,
        epochs: int,
        seconds: float,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.peak, self.warmup, self.epochs, self.seconds = peak, warmup, epochs, seconds
        self.reserved = 0.0  # seconds that will be needed after the last step
        self.progress, self.step, self.epoch = 0.0, 0, 0
        self._clock, self._start = clock, clock()

    @property
    def elapsed(self) -> float:
        return self._clock() - self._start

    @property
    def left(self) -> float:
        """Seconds for steps."""
        return self.seconds - self.reserved - self.elapsed

    @property
    def expected(self) -> int:
        """Epochs in all, judged by how long those took that are done; the last may be cut short."""
        more = max(0.0, self.left) / (self.elapsed / self.epoch) if self.epoch else math.inf
        return min(self.epochs, self.epoch + math.ceil(min(more, self.epochs)))

    @property
    def over(self) -> bool:
        """True when the rate has reached zero or the time is up."""
        return self.progress >= 1 or self.left <= 0

    def state_dict(self) -> dict[str, np.ndarray]:
        """The place on the way, and the seconds spent."""
        return {
            "place": np.array([self.step, self.epoch]),
            "way": np.array([self.progress, self.reserved, self.elapsed]),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on there: time spent before counts, time between does not."""
        self.step, self.epoch = (int(number) for number in state["place"])
        self.progress, self.reserved, spent = (float(number) for number in state["way"])
        if min(self.step, self.epoch, spent) < 0 or not 0 <= self.progress <= 1:
            raise ValueError(f"there is no such place in a schedule: {self.state_dict()}")
        self._start = self._clock() - spent

    def next(self, left_in_epoch: int, epoch_steps: int) -> float:
        """The rate of the next step; `left_in_epoch` counts it, of `epoch_steps`."""
        left = left_in_epoch + (self.epochs - self.epoch - 1) * epoch_steps
        if self.step >= min(self.warmup, epoch_steps):  # before, too little is known of the speed
            speed = self.step / self.elapsed
            left = min(left, max(1, int(self.left * speed)))
        self.step += 1
        rise = min(1.0, self.step / self.warmup)
        rate = self.peak * rise * 0.5 * (1 + math.cos(math.pi * self.progress))
        self.progress = 1.0 if left <= 1 else self.progress + (1 - self.progress) / left
        return rate
