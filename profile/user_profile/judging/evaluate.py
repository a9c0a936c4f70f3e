"""The one evaluator: scores come in blocks, are judged as they come, and are not kept.

All scores of 20,000 questions over 50,000 items would be 4 GB; a block is 100 MB at most.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from attention.parallel.ranks import ALONE, Ranks, world

from ..log.split import Targets
from .metrics import coverage, ranking_metrics

# The rows (q,) of some questions, and the scores (q, I) of all items for them.
Block = tuple[np.ndarray, np.ndarray]
# Metrics of such a block, (q,) each.
Judge = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]

_QUESTIONS = 512  # of a block at most
_CELLS = 512 * 50_000  # of a block at most, where the items are many


class Judged(NamedTuple):
    """How Q questions were answered."""

    metrics: dict[str, np.ndarray]  # (Q,) each
    listed: np.ndarray | None  # (I,) bool, the items among the first k of anybody

    @property
    def coverage(self) -> float:
        """The share of all items that are listed."""
        return 0.0 if self.listed is None else float(self.listed.mean())


def in_blocks(
    score: Callable[[np.ndarray], np.ndarray],
    order: np.ndarray,
    items: int,
    ranks: Ranks = ALONE,
) -> Iterator[Block]:
    """``score(rows)`` for the questions in this ``order``, so many at a time as there is room.

    Each of several ``ranks`` has its part of the blocks.
    """
    step = max(1, min(_QUESTIONS, _CELLS // max(items, 1)))
    for begin in range(ranks.rank * step, len(order), ranks.size * step):
        rows = order[begin : begin + step]
        yield rows, score(rows)


def evaluate(
    blocks: Iterable[Block], judge: Judge, questions: int, k: int = 10, ranks: Ranks = ALONE
) -> Judged:
    """Judge each block as it comes; together they hold each of ``questions`` once.

    ``ranks``: those that have a part of the blocks each, and all of what comes of them.
    """
    metrics: dict[str, np.ndarray] = {}
    listed: np.ndarray | None = None
    for rows, scores in blocks:
        for name, values in judge(rows, scores).items():
            metrics.setdefault(name, np.full(questions, np.nan))[rows] = values
        part = coverage(scores, k)
        listed = part if listed is None else listed | part
    if ranks.size > 1:
        metrics, listed = _together(metrics, listed, questions, ranks)
    return Judged(metrics, listed)


def _together(
    metrics: dict[str, np.ndarray], listed: np.ndarray | None, questions: int, ranks: Ranks
) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """Each value as the rank has it that judged its question; the same bits as of one process."""
    found = ranks.gather([(list(metrics), listed)])
    names = max((names for names, _ in found), key=len)  # a rank may have had no block
    nothing = np.full(questions, np.nan)
    parts = [part for _, part in found if part is not None]
    return (
        {name: ranks.merge(metrics.get(name, nothing)) for name in names},
        np.logical_or.reduce(parts) if parts else None,
    )


def baskets_judge(targets: Targets, k: int = 10) -> Judge:
    """`ranking_metrics` of the items of each target session."""

    def judge(rows: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
        part = targets.take(rows)
        return ranking_metrics(scores, part.item, part.offsets, k)

    return judge


def mean_ndcg(blocks: Iterable[Block], targets: Targets, k: int = 10) -> float:
    """Mean NDCG at ``k``, or at all items if they are fewer: a `training.scoring.Score`.

    Ranks may have a part of the blocks each.
    """
    return float(each_ndcg(blocks, targets, k, world()).mean())


def each_ndcg(
    blocks: Iterable[Block], targets: Targets, k: int = 10, ranks: Ranks = ALONE
) -> np.ndarray:
    """NDCG at ``k`` of each question, (Q,)."""
    if not len(targets):
        return np.zeros(0)
    metrics = evaluate(blocks, baskets_judge(targets, k), len(targets), k, ranks).metrics
    return next(iter(metrics.values()))
