"""The quick baselines of a log in parts: what was sold before a moment is counted in all."""

from collections.abc import Mapping

import numpy as np

from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import Targets
from .base import Baseline, Baskets, in_parts
from .last_basket import LastBasket
from .personal_frequency import PersonalFrequency
from .popularity import Popularity

CELLS = 20_000_000  # moments × items of the table of what was sold


class BasketsAmongAll(Baskets):
    """The baskets of a part, and what everybody had bought at each of some moments."""

    def __init__(self, sessions: Sessions, moments: np.ndarray, sold: np.ndarray) -> None:
        super().__init__(sessions)
        self._moments, self._sold = moments, sold

    def sales(self, as_of: np.ndarray, window: float | None = None) -> np.ndarray:
        if window is not None:
            raise ValueError("Of a log in parts, sales are counted from its begin on.")
        return self._sold[np.searchsorted(self._moments, as_of)]


def rivals_of_parts(
    purchases: LogParts[Sessions], targets: LogParts[Targets], items: int
) -> list[dict[int, Baseline]]:
    """Popularity, last basket and personal frequency, each of every part with a purchase.

    They answer at the moments of `targets` alone, to the numbers of the log in one memory.
    """
    baskets = {number: Baskets(sessions) for number, sessions in purchases.local.items()}
    times = [targets.local[number].time for number in targets.local]
    mine = np.unique(np.concatenate([np.zeros(0, np.int64), *times]))
    moments = np.unique(np.concatenate(targets.of_each(lambda number: targets.local[number].time)))
    sold = np.zeros((len(mine), items), np.float32)
    for some in in_parts(len(moments), items):
        when = moments[some]
        here = np.isin(when, mine)
        sold[np.searchsorted(mine, when[here])] = _sales(purchases, baskets, when, items)[here]

    def fitted(kind: type[Baseline], sessions: Sessions) -> Baseline:
        baseline = kind().fit(sessions)
        baseline.baskets = BasketsAmongAll(sessions, mine, sold)
        return baseline

    kinds = Popularity, LastBasket, PersonalFrequency
    return [{n: fitted(kind, log) for n, log in purchases.local.items()} for kind in kinds]


def _sales(
    purchases: LogParts[Sessions], baskets: Mapping[int, Baskets], when: np.ndarray, items: int
) -> np.ndarray:
    return purchases.total(lambda number: baskets[number].sales(when), (len(when), items))
