"""A table for the terminal, and what may be said of it: won, tied or lost, by paired intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..tables import table

SAMPLES = 500  # of a bootstrap; each judges everything anew
Metric = Callable[[np.ndarray, np.ndarray], float]  # (what was said, what came true), higher better


@dataclass(frozen=True)
class Table:
    """Rows of numbers under a title, and sentences below. ``str(table)`` is for the terminal."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    verdicts: tuple[str, ...] = ()

    def __getitem__(self, row: str) -> dict[str, float]:
        return next(dict(zip(self.columns, values)) for name, values in self.rows if name == row)

    def __str__(self) -> str:
        rows = [(name, *values) for name, values in self.rows]
        return table(("", *self.columns), rows, title=self.title, below=self.verdicts)


def paired_difference(
    metric: Metric, ours: np.ndarray, theirs: np.ndarray, actual: np.ndarray, rng: int = 0
) -> tuple[float, float, float]:
    """``metric`` of ours minus theirs, and its 95 % bootstrap interval over the rows (N, …).

    Paired: both are judged on the same resampled rows.
    """
    draw, size = np.random.default_rng(rng), len(actual)
    gaps = []
    for _ in range(SAMPLES):
        rows = draw.integers(size, size=size)
        gap = metric(ours[rows], actual[rows]) - metric(theirs[rows], actual[rows])
        gaps.append(gap)
    low, high = np.nanquantile(gaps, [0.025, 0.975])
    return metric(ours, actual) - metric(theirs, actual), float(low), float(high)


def verdict(
    metric_name: str,
    metric: Metric,
    ours: np.ndarray,
    rivals: Sequence[tuple[str, np.ndarray]],
    actual: np.ndarray,
) -> str:
    """The model against the best of ``rivals``, in one sentence."""
    name, theirs = max(rivals, key=lambda rival: metric(rival[1], actual))
    gap, low, high = paired_difference(metric, ours, theirs, actual)
    word = "won" if low > 0 else "lost" if high < 0 else "tie"
    return f"{metric_name}, against {name}: {gap:+.4f} ({low:+.4f} to {high:+.4f}), {word}"
