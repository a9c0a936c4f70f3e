"""How much computing the search for causes of one answer may take, here and in workers.

Seconds of the processor count, as a machine of a known pace would need them: neither what else
runs on a machine nor how slow it is changes a cause. The clock on the wall ends only what waits
for ever.
"""

import time
from collections.abc import Callable
from functools import cache

WAIT = 4  # times as long on the wall
LOOP, ROUNDS = 0.0024, 5  # seconds of `pace`'s loop on the machine that has a pace of 1
SLOWEST = 2.0  # pace: nobody waits longer than that


@cache
def pace() -> float:
    """How many seconds this machine, as busy as it is, needs for one of theirs: 1 to SLOWEST."""
    least = SLOWEST * LOOP
    for _ in range(ROUNDS):
        start = time.process_time()
        sum(i * i for i in range(50_000))
        least = min(least, time.process_time() - start)
    return max(least / LOOP, 1.0)


class OutOfTime(Exception):
    """The seconds are spent."""


class Clock:
    """Runs within ``with clock:``; what a worker computes meanwhile is added by ``add``.

    Where ``stop`` is true, nothing is left either: nobody waits for what is searched.
    """

    def __init__(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> None:
        self.given, self._stop = seconds, stop
        self._left, self._wait = seconds, WAIT * seconds
        self._since: tuple[float, float] | None = None

    def __enter__(self) -> "Clock":
        self._since = time.process_time(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._left, self._wait = self.left, self.wait
        self._since = None

    @property
    def left(self) -> float:
        """Seconds of computing that are left."""
        return self._left - ((time.process_time() - self._since[0]) / pace() if self._since else 0)

    @property
    def wait(self) -> float:
        """Seconds on the wall that are left."""
        return self._wait - ((time.monotonic() - self._since[1]) / pace() if self._since else 0)

    def add(self, seconds: float) -> None:
        """Note what another process has computed."""
        self._left -= seconds / pace()

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0 or self.wait <= 0 or self._stop()

    def check(self) -> None:
        """Raise OutOfTime if nothing is left."""
        if self.over:
            raise OutOfTime
