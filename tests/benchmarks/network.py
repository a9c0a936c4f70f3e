"""What an all-reduce costs, as a formula and as a simulator that sends the messages one by one.

A ring (Patarasuk and Yuan 2009): each of R machines cuts its vector into R pieces; in R − 1 rounds
sums go round, in R − 1 more the results, a piece to the neighbour each time.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np


class Machine(NamedTuple):
    """How a message travels: seconds before its first byte, and bytes a second after."""

    latency: float
    bandwidth: float

    @classmethod
    def fitted(cls, table: Sequence[tuple[int, float]]) -> Self:
        """From (bytes, seconds) of an all-reduce of two, which sends two messages of a half.

        Least squares of the relative error, so that small ones count as much as large ones.
        """
        size, seconds = np.array(table).T
        rows = np.stack([2 / seconds, size / seconds], axis=1)
        latency, slope = np.linalg.lstsq(rows, np.ones(len(size)), rcond=None)[0]
        return cls(float(max(latency, 0.0)), float(1 / slope))


DATACENTRE = Machine(50e-6, 10e9 / 8)


def ring(size: int, machines: int, network: Machine) -> float:
    """Seconds of an all-reduce of `size` bytes: 2 (R − 1) · (latency + size / (R · bandwidth))."""
    piece = network.latency + size / machines / network.bandwidth
    return 2 * (machines - 1) * piece


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
            sent = clock + network.latency + size / machines / network.bandwidth
            clock = np.maximum(sent, np.roll(sent, 1))  # its own is out, its neighbour's is in
        total += float(clock.max())
    return total / rounds
