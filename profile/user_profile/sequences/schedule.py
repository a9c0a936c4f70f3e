"""The learning rate of a run that must end with the clock: warm-up, then half a cosine to zero.

The way that is left is cut anew at every step into the steps that are left: those of the plan, or
those for which there is time. While there is time for all, the rate depends on the step alone.
"""

import math
import time
from collections.abc import Callable


class Schedule:
    """``next(epoch_steps)`` before each step gives its rate; ``over`` says when to stop."""

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

    def next(self, left_in_epoch: int, epoch_steps: int) -> float:
        """The rate of the next step; ``left_in_epoch`` counts it, of ``epoch_steps``."""
        left = left_in_epoch + (self.epochs - self.epoch - 1) * epoch_steps
        if self.step >= min(self.warmup, epoch_steps):  # before, too little is known of the speed
            speed = self.step / self.elapsed
            left = min(left, max(1, int(self.left * speed)))
        self.step += 1
        rise = min(1.0, self.step / self.warmup)
        rate = self.peak * rise * 0.5 * (1 + math.cos(math.pi * self.progress))
        self.progress = 1.0 if left <= 1 else self.progress + (1 - self.progress) / left
        return rate
