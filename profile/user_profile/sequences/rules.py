"""Counting beside the network: what came within ten steps after what, as a second opinion.

The network generalises, rules remember; their errors differ, and the product of both beliefs ranks
better than either (a product of experts, Hinton 2002). Which rules, and how much they count, is
chosen on the validation items once the network is trained: those of the last item alone know a path
of clicks, those of the last ten or of all a taste. Where the network learns all they know, the
weight is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from .data import Histories
from .start import nearness

if TYPE_CHECKING:
    from .parts import Parts

WEIGHTS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)  # what is tried
_FOLLOWERS = 300  # kept of each item, the strongest
# Items that rules start from, the n-th last weighing 1/n; steps between an item and its follower.
EXPERTS = {
    "last ten": (10, 10),
    "last item": (1, 1),
    "whole history": (1_000_000, 10),
}
# Shared out over all items, against 1 over those with a rule. With less, chance decides between a
# rare rule and none.
_FLOOR = 10.0


@dataclass(frozen=True)
class Rules:
    """`follows` (V, V): how strongly item j follows item i; `weight` of their log share.

    They start from the last `recent` items.
    """

    follows: sparse.csr_array
    weight: float = 0.0
    recent: int = EXPERTS["last ten"][0]

    def scores(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """What follows each row of codes: weight · log(share of each item), (Q, V)."""
        recent = [row[: -self.recent - 1 : -1] for row in rows]  # the latest first
        sizes = [len(row) for row in recent]
        items = self.follows.shape[0]
        start = sparse.csr_array(
            (
                np.concatenate([1 / np.arange(1.0, size + 1) for size in sizes]),
                np.concatenate(recent).astype(np.int64),
                np.cumsum([0, *sizes]),
            ),
            (len(rows), items),
        )
        found = (start @ self.follows).toarray()
        share = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-30)
        return (self.weight * np.log(share + _FLOOR / items)).astype(np.float32)


def learn_rules(past: "Histories | Parts", items: int, expert: str = "last ten") -> Rules:
    """Counted over all histories; of each item the strongest followers are kept."""
    recent, steps = EXPERTS[expert]
    follows = nearness(past, items, steps).tocsr()
    row = np.repeat(np.arange(items), np.diff(follows.indptr))
    order = np.lexsort((-follows.data, row))
    rank = np.arange(len(row)) - follows.indptr[row[order]]
    kept = order[rank < _FOLLOWERS]
    return Rules(
        sparse.csr_array(
            (follows.data[kept].astype(np.float32), (row[kept], follows.indices[kept])),
            (items, items),
        ),
        recent=recent,
    )
