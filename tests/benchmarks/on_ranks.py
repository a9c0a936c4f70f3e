"""One side of a measurement of ranks: prints JSON, under mpiexec or alone; `scale` starts it."""

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

import attention as A
from attention.parallel import copies
from attention.parallel.ranks import Ranks, world

from .our_step import our_model, our_step
from .settings import SETTINGS, Setting

WORKERS = 2  # of all ranks
FLOATS = (
    1_000,
    10_000,
    50_000,
    100_000,
    250_000,
    1_000_000,
    2_500_000,
    10_000_000,
)  # of an all-reduce


def measure(setting: Setting, seconds: float) -> dict[str, object]:
    ranks = world()
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    found: dict[str, object] = {}
    with A.Workers(WORKERS, ranks) as workers:
        step = our_step(setting, ids, targets, workers)
        for name, exact in (("sums", False), ("exact", True)):
            ranks.exact = exact
            found[name] = _times(step, ranks, seconds)
        ranks.exact = False
    found["parameters"] = sum(p.data.size for p in our_model(setting).parameters())
    found["reduce"] = [
        (4 * size, *_times(_reduction(ranks, size), ranks, seconds / 5)) for size in FLOATS
    ]
    return found


def _reduction(ranks: Ranks, size: int) -> Callable[[], object]:
    vector = np.zeros(size, np.float32)
    return lambda: ranks.sum(vector)


def _times(task: Callable[[], object], ranks: Ranks, seconds: float) -> tuple[float, float]:
    """Seconds of one run, the least and the median; all ranks repeat it as often."""
    for _ in range(3):
        task()
    start = time.perf_counter()
    task()
    repeats = ranks.agree(max(3, round(seconds / max(time.perf_counter() - start, 1e-6))))
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return min(taken), float(np.median(taken))


def _in_a_session_of_its_own(serve: Callable[..., None]) -> Callable[..., None]:
    """As mpiexec starts ranks: where others load the machine, Linux shares it out by sessions."""

    def apart(*arguments: object) -> None:
        os.setsid()
        serve(*arguments)

    return apart


def main() -> None:
    copies.Copies._serve = _in_a_session_of_its_own(copies.Copies._serve)  # type: ignore[method-assign]
    name, batch, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    setting = next(one for one in SETTINGS if one.name == name)._replace(batch=batch)
    print(json.dumps(measure(setting, seconds)))


if __name__ == "__main__":
    main()
