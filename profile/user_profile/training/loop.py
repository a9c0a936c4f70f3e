"""Learning a model from a log: what the steps are, what they are judged by, where they are kept."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from attention import Adam, warmup_cosine
from attention.files import fingerprint
from attention.parallel.ranks import ALONE, Ranks, world
from attention.parallel.workers import Shard
from attention.training import Checkpoints, EpochEnd, ShuffledBatches, Stopping, Trainer

from ..errors import DataError
from ..features.batch import Batch
from ..features.featurizer import Featurizer
from ..features.history import read_history
from ..features.moments import NO_MOMENTS, Moments
from ..features.season import Season, read_season
from ..features.spec import FeatureSpec
from ..log.categories import Categories
from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import Split, Targets
from ..model import ProfileModel
from ..model.decisions import Decisions, best_thresholds
from ..model.loss import Loss
from ..model.settings import Settings
from ..model.trained import Trained, new_model
from .augment import augment
from .facts import Known, SpecOptions, fit_spec, moments_of_all, test_moments_of_all
from .outlook import Answered, fit_outlook, intervals_held, read_answers
from .questions import training_batches, training_targets
from .scoring import Score, levels_said, validate
from .value import fit_worth

MOST_ITEMS = 50_000
_FITTED_ON = 200_000  # moments, and sessions of validation: of more, so many are drawn
_WORKERS = 2  # or one a rank: the result must not hang on how many cores there are
MAY_CHANGE = ("epochs", "patience")  # of a run that is resumed: how long it goes on


class Material(NamedTuple):
    """What a run learns from: a log in one memory, or the parts of one that are here."""

    parts: LogParts[Known]
    validation: Mapping[int, Targets]  # of each part
    season: Season  # of all sessions
    order: ShuffledBatches
    packs: Mapping[int, Sequence[Batch]]
    judge: Callable[[ProfileModel, Mapping[int, Featurizer]], float]
    mark: str
    ranks: Ranks = ALONE  # that share out the questions of a log that each of them has


class Sitting(NamedTuple):
    """How a run is sat through: where it is kept, whether it goes on there, and who is told.

    With `resume`, it goes on from `checkpoint`, if that is there; all settings but `MAY_CHANGE`
    must then be as they were.
    """

    checkpoint: str | Path | None = None
    resume: bool = False
    on_step: Callable[[Trainer], None] | None = None
    on_epoch: Callable[[EpochEnd], None] | None = None


def train(
    sessions: Sessions,
    split: Split,
    categories: Categories,
    settings: Settings | None = None,
    *,
    score: Score,
    options: SpecOptions = SpecOptions(),  # noqa: B008 (immutable)
    sitting: Sitting = Sitting(),  # noqa: B008 (immutable)
    workers: int | None = None,
) -> Trained:
    """Train on the sessions of `split.train`, keep the epoch of the best `score` on validation.

    Then the outlook is fitted, on top, at dates before the one it is tested at, and thresholds on
    validation. `workers` work at once, one pack of customers each; another number gives other
    bits. Raises DataError for a log of too many items, FileFormatError for a checkpoint of another
    run, and what `Trainer.run` raises.
    """
    settings = settings or Settings()
    known = know(sessions, split, settings)
    parts = LogParts({0: known})
    spec = fit_spec(parts, categories, options)
    packs = training_batches(Featurizer(known.seen, spec, known.side), known.targets, settings)
    workers = max(_WORKERS, world().size) if workers is None else workers
    material = Material(
        parts,
        {0: split.validation},
        read_season(known.whole),
        PackOrder(len(packs), workers, settings.seed),
        {0: packs},
        lambda model, featurizers: validate(model, featurizers[0], split.validation, score),
        fingerprint(sessions, split),
        world(),
    )
    return run_training(material, spec, settings, categories, options, sitting, workers)


def know(sessions: Sessions, split: Split, settings: Settings) -> Known:
    """Some customers as training knows them. Raises DataError for too many items."""
    if len(sessions.events.items) > MOST_ITEMS:
        raise DataError(
            f"The log has {len(sessions.events.items):,} items; the profile model scores all of "
            f"them for every question and takes up to {MOST_ITEMS:,}. Train on rows of items "
            "instead: python -m user_profile sequences train."
        )
    seen = read_history(sessions.take(split.train))  # all that follows knows of nothing else
    everything = np.ones(len(seen.user), bool)
    targets = training_targets(seen, everything, settings.most_per_customer)
    return Known(seen, read_history(sessions), targets, dict(sessions.events.user_features))


def run_training(
    material: Material,
    spec: FeatureSpec,
    settings: Settings,
    categories: Categories,
    options: SpecOptions,
    sitting: Sitting,
    workers: int,
) -> Trained:
    """What both ways to train share: the steps, then what is fitted on top."""
    run = {
        **dataclasses.asdict(settings),
        "log": material.mark,
        "without": list(options.without),
        "categories": fingerprint(categories.of_item, categories.names),
        "item_vectors": fingerprint(options.item_vectors),
    }
    model = new_model(spec, settings)
    loss = Loss(model)
    featurizers = {
        number: Featurizer(known.whole, spec, known.side, material.season)
        for number, known in material.parts.local.items()
    }
    order = material.order
    total = settings.epochs * order.count
    warmup = int(settings.warmup * total)

    def compute(part: int, pack: int | None, rng: np.random.Generator) -> float:
        return 0.0 if pack is None else _learn(loss, material.packs[part][pack], rng, settings)

    trainer = Trainer(
        loss,
        Adam(loss.parameters(), settings.lr, weight_decay=settings.weight_decay),
        order,
        compute,
        schedule=lambda step: warmup_cosine(step, warmup, total, settings.lr),
        max_norm=settings.max_norm,
        workers=workers,
        stopping=Stopping(lambda: material.judge(model, featurizers), patience=settings.patience),
        checkpoints=Checkpoints(sitting.checkpoint, every=None, run=run, may_change=MAY_CHANGE),
    )
    if sitting.resume and trainer.checkpoint is not None and trainer.checkpoint.exists():
        trainer.resume(trainer.checkpoint)
    trainer.run(epochs=settings.epochs, on_step=sitting.on_step, on_epoch=sitting.on_epoch)
    decisions = _decide(model, spec, material, featurizers, options.to_the_end)
    log = [end._asdict() for end in trainer.epochs]
    return Trained(model, spec, settings, decisions, log)


def _decide(
    model: ProfileModel,
    spec: FeatureSpec,
    material: Material,
    featurizers: Mapping[int, Featurizer],
    to_the_end: bool,
) -> Decisions:
    """The outlook, and the thresholds by which levels are said."""
    parts, validation, ranks = material.parts, material.validation, material.ranks
    moments = moments_of_all(parts, to_the_end)
    test = test_moments_of_all(parts) if not to_the_end else dict.fromkeys(moments, NO_MOMENTS)
    first = parts.first(lambda number: len(parts.local[number].whole.users))

    def answered(dates: Mapping[int, Moments], seed: int) -> Answered:
        def read(number: int, rows: np.ndarray) -> Answered:
            some = Moments(*(column[rows] for column in dates[number]))
            return read_answers(model, featurizers[number], some, first[number], ranks)

        draw = np.random.default_rng(seed)
        return Answered(*parts.rows(lambda n: len(dates[n].user), _FITTED_ON, draw, read))

    def levels(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return levels_said(model, featurizers[number], validation[number].take(rows))

    chances, actual = parts.rows(
        lambda number: len(validation[number]), _FITTED_ON, np.random.default_rng(4), levels
    )
    decisions = fit_outlook(model, spec, answered(moments, 3))
    return replace(
        decisions,
        covered=intervals_held(model, decisions, answered(test, 5)),
        levels=best_thresholds(chances, actual),
        worth=fit_worth(parts, to_the_end),
    )


class PackOrder(ShuffledBatches):
    """Which packs of customers are met together: one on each worker, in a new order each epoch."""

    def shards(
        self, batch: np.ndarray, workers: int, rng: np.random.Generator
    ) -> tuple[list[Shard], list[float] | None]:
        """Each pack with a generator of its own, so that nothing hangs on who is first."""
        begin = self.seed, self.epoch + 1
        return [(0, pack, np.random.default_rng([*begin, pack])) for pack in batch.tolist()], None

    def _shuffle(self) -> np.ndarray:
        rng = np.random.default_rng([self.seed, 1])
        for _ in range(self.epoch):
            rng.permutation(self.n)
        return rng.permutation(self.n)


def _learn(loss: Loss, batch: Batch, rng: np.random.Generator, settings: Settings) -> float:
    chances = {name: getattr(settings, name) for name in ("mask", "reorder", "crop")}
    value, saved = loss.forward(augment(batch, rng, **chances), rng=rng)
    loss.backward(1.0, saved)
    return float(value)
