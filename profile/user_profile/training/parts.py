"""Learning from a log in parts: every rank has its own customers, and no memory the whole log.

The counts are those of `facts`, the steps those of `loop`; each step takes a pack of each part.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from attention.files import fingerprint
from attention.parallel.workers import Shard
from attention.training import ShuffledBatches

from ..errors import DataError
from ..features.featurizer import Featurizer
from ..log.categories import Categories
from ..log.events import PURCHASE
from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import NO_TARGETS, Split, split_last_sessions
from ..model import ProfileModel
from ..model.settings import Settings
from ..model.trained import Trained
from .facts import SpecOptions, fit_spec, histories_of, season_of_all
from .loop import Material, Sitting, know, run_training
from .questions import training_batches
from .scoring import EachScore, score_blocks


def split_parts(parts: LogParts[Sessions]) -> dict[int, Split]:
    """The protocol's split of each part; where nobody has three sessions, all are trained on.

    Raises DataError if that is so in all of them.
    """
    splits = {}
    for number, sessions in parts.local.items():
        kind = PURCHASE if PURCHASE in sessions.events.kinds else None
        try:
            splits[number] = split_last_sessions(sessions, kind=kind)
        except DataError:
            splits[number] = Split(np.ones(len(sessions), bool), NO_TARGETS, NO_TARGETS)
    if not sum(parts.of_each(lambda number: len(splits[number].validation))):
        raise DataError(
            "No customer has three sessions; training, validation and test need one each, so give "
            "a longer log."
        )
    return splits


def train_parts(
    sessions: LogParts[Sessions],
    splits: Mapping[int, Split],
    categories: Categories,
    settings: Settings,
    *,
    score: EachScore,
    options: SpecOptions = SpecOptions(),  # noqa: B008 (immutable)
    sitting: Sitting = Sitting(),  # noqa: B008 (immutable)
) -> Trained:
    """As `loop.train`, on the parts of a log, each the share of one worker."""
    known = {n: know(part, splits[n], settings) for n, part in sessions.local.items()}
    parts = sessions.like(known)
    spec = fit_spec(parts, categories, options)
    season = season_of_all(histories_of(parts, seen=True))
    packs = {
        number: training_batches(
            Featurizer(part.seen, spec, part.side, season), part.targets, settings
        )
        for number, part in known.items()
    }
    counts = parts.by_number(lambda number: len(packs[number]))
    validation = {number: splits[number].validation for number in known}

    def judge(model: ProfileModel, featurizers: Mapping[int, Featurizer]) -> float:
        def values(number: int) -> np.ndarray:
            targets = validation[number]
            blocks = score_blocks(model, featurizers[number], targets.user, targets.time)
            return score(blocks, targets)

        return parts.mean(values)

    material = Material(
        parts,
        validation,
        season_of_all(histories_of(parts)),
        PartPacks([counts.get(number, 0) for number in range(parts.count)], settings.seed),
        packs,
        judge,
        fingerprint(parts.of_each(lambda n: fingerprint(sessions.local[n], splits[n]))),
    )
    return run_training(material, spec, settings, categories, options, sitting, parts.count)


class PartPacks(ShuffledBatches):
    """Each step one pack of each part, in an order of its own that is new each epoch.

    An epoch is as long as that of the part of most `packs`; the others then sit out.
    """

    def __init__(self, packs: Sequence[int], seed: int) -> None:
        self.packs = list(packs)
        super().__init__(max(self.packs), 1, seed)

    @property
    def decided(self) -> dict[str, Any]:
        return {**super().decided, "packs": self.packs}

    def shards(
        self, batch: np.ndarray, workers: int, rng: Any
    ) -> tuple[list[Shard], list[float] | None]:
        """(part, pack, generator) for each worker, with pack None for a part that sits out."""
        (step,) = batch.tolist()
        there = self.weight(batch)
        shards: list[Shard] = []
        for part, order in enumerate(self._orders):
            pack = int(order[step]) if step < len(order) else None
            begin = [self.seed, self.epoch + 1, part, *([] if pack is None else [pack])]
            shards.append((part, pack, np.random.default_rng(begin)))
        return shards, [(step < packs) / there for packs in self.packs]

    def weight(self, batch: np.ndarray) -> float:
        """The packs of the step."""
        return float(sum(int(batch[0]) < packs for packs in self.packs))

    def _shuffle(self) -> np.ndarray:
        self._orders = [
            np.random.default_rng([self.seed, self.epoch, part]).permutation(packs)
            for part, packs in enumerate(self.packs)
        ]
        return np.arange(self.n)
