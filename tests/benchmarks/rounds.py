"""Measuring in turns: each side runs a while, then the next, several rounds; medians of these."""

import statistics
import time
from collections.abc import Callable, Mapping

Task = Callable[[], object]


def in_turns(
    tasks: Mapping[str, Task], *, rounds: int = 7, seconds: float = 0.5
) -> dict[str, float]:
    """Median seconds of one run of each task; each round gives each some `seconds`."""
    repeats = {name: max(1, round(seconds / _once(task))) for name, task in tasks.items()}
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                task()
            taken[name].append((time.perf_counter() - start) / repeats[name])
    return {name: statistics.median(times) for name, times in taken.items()}


def _once(task: Task) -> float:
    """Seconds of one run, after one to warm up."""
    task()
    start = time.perf_counter()
    task()
    return max(time.perf_counter() - start, 1e-6)


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """The slope of log seconds over log sizes, by least squares: cost grows as size^slope."""
    import numpy as np

    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
