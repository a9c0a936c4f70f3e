"""What an all-reduce costs, as a formula and as a simulator that sends the messages one by one.

A ring (Patarasuk and Yuan 2009): each of R machines cuts its vector into R pieces; in R − 1 rounds
sums go round, in R − 1 more the results, a piece to the neighbour each time.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import scipy


class Machine(NamedTuple):
    """How a message travels: seconds before its first byte, and bytes a second after.

    On one machine it is written and read in memory: what of a vector is `beyond` the `cache` goes
    slower.
    """

    latency: float
    bandwidth: float
    cache: float = np.inf  # bytes of a whole vector
    beyond: float = np.inf  # bytes a second

    def message(self, piece: float, size: float) -> float:
        """Seconds of a piece of a vector of `size` bytes."""
        inside = min(size, self.cache) / size if size else 1.0
        slow = (1 - inside) / self.beyond if inside < 1 else 0.0
        return self.latency + piece * (inside / self.bandwidth + slow)

    @classmethod
    def fitted(cls, table: Sequence[tuple[int, float]]) -> Self:
        """From (bytes, seconds) of an all-reduce of two, which sends two messages of a half.

        Least squares of the relative error, so that small ones count as much as large ones; the
        cache ends at the measured size that leaves the least.
        """
        size, seconds = np.array(table).T
        found = []
        for cache in sorted(size)[1:]:
            columns = np.stack([np.full(len(size), 2.0), np.minimum(size, cache),
                                np.maximum(size - cache, 0)], axis=1)  # fmt: skip
            rows = columns / seconds[:, None]
            fit, rest = scipy.optimize.nnls(rows, np.ones(len(size)))
            found.append((rest, float(cache), fit.tolist()))
        plain, best = found[-1], min(found)  # the last has nothing beyond
        _, cache, (latency, inside, beyond) = best if best[0] < plain[0] - 1e-9 else plain
        if not beyond:
            return cls(latency, 1 / inside)
        return cls(latency, 1 / inside, cache, 1 / beyond)


DATACENTRE = Machine(50e-6, 10e9 / 8)


def ring(size: int, machines: int, network: Machine) -> float:
    """Seconds of an all-reduce of `size` bytes: 2 (R − 1) · (latency + size / (R · bandwidth))."""
    return 2 * (machines - 1) * network.message(size / machines, size)


def formula(step: float, size: int, machines: int, network: Machine) -> float:
    """Seconds of a step of as many ranks as there were workers, of one process, in `step`."""
    return step + ring(size, machines, network)


def simulate(
    steps: Sequence[float], size: int, machines: int, network: Machine, rounds: int = 200
) -> float:
    """The same, message by message: each rank begins when it has computed, in one of the times
    `steps`, and hands on what it has received; mean seconds of `rounds` steps."""
    rng, total = np.random.default_rng(0), 0.0
    for _ in range(rounds):
        clock = rng.choice(np.asarray(steps), machines)
        for _ in range(2 * (machines - 1)):
            sent = clock + network.message(size / machines, size)
            clock = np.maximum(sent, np.roll(sent, 1))  # its own is out, its neighbour's is in
        total += float(clock.max())
    return total / rounds
