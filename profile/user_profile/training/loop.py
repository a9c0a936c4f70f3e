"""Learning a model from a log: what the steps are, what they are judged by, where they are kept."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from attention import Adam, warmup_cosine
from attention.files import fingerprint
from attention.parallel.ranks import world
from attention.training import Checkpoints, EpochEnd, ShuffledBatches, Stopping, Trainer

from ..errors import DataError
from ..features.batch import Batch
from ..features.featurizer import Featurizer
from ..features.history import read_history
from ..log.categories import Categories
from ..log.sessions import Sessions
from ..log.split import Split
from ..model.loss import Loss
from ..model.settings import Settings
from ..model.trained import Trained, new_model
from .augment import augment
from .outlook import fit_outlook
from .questions import fit_spec, training_batches, training_targets
from .scoring import Score, level_thresholds, validate
from .value import fit_worth

MOST_ITEMS = 50_000
_WORKERS = 2  # or one a rank: the result must not hang on how many cores there are
MAY_CHANGE = ("epochs", "patience")  # of a run that is resumed: how long it goes on


def train(
    sessions: Sessions,
    split: Split,
    categories: Categories,
    settings: Settings | None = None,
    *,
    score: Score,
    item_vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
    to_the_end: bool = False,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    workers: int | None = None,
    on_step: Callable[[Trainer], None] | None = None,
    on_epoch: Callable[[EpochEnd], None] | None = None,
) -> Trained:
    """Train on the sessions of `split.train`, keep the epoch of the best `score` on validation.

    Then the outlook is fitted, on top, at dates before the one it is tested at, and thresholds on
    validation.
    `item_vectors` and `without` as in `fit_spec`, `to_the_end` as in
    `training_moments`. `workers` work at once, one pack of customers each; another number gives
    other bits. With `resume`, go on from
    `checkpoint`, if it is there; all but `MAY_CHANGE` must then be as it was. Raises DataError
    for a log of too many items, FileFormatError for a checkpoint of another run, and what
    `Trainer.run` raises.
    """
    settings = settings or Settings()
    if len(sessions.events.items) > MOST_ITEMS:
        raise DataError(
            f"The log has {len(sessions.events.items):,} items; the profile model scores all of "
            f"them for every question and takes up to {MOST_ITEMS:,}. Train on rows of items "
            "instead: python -m user_profile sequences train."
        )
    whole = read_history(sessions)
    seen = read_history(sessions.take(split.train))  # all that follows knows of nothing else
    side = dict(sessions.events.user_features)
    everything = np.ones(len(seen.user), bool)
    targets = training_targets(seen, everything, settings.most_per_customer)
    spec = fit_spec(
        seen, targets, categories, side, item_vectors, without, whole=whole, to_the_end=to_the_end
    )
    model = new_model(spec, settings)
    loss = Loss(model)
    packs = training_batches(Featurizer(seen, spec, side), targets, settings)
    featurizer = Featurizer(whole, spec, side)
    workers = max(_WORKERS, world().size) if workers is None else workers
    order = PackOrder(len(packs), workers, settings.seed)
    total = settings.epochs * order.count
    warmup = int(settings.warmup * total)
    trainer = Trainer(
        loss,
        Adam(loss.parameters(), settings.lr, weight_decay=settings.weight_decay),
        order,
        lambda pack, rng: _learn(loss, packs[pack], rng, settings),
        schedule=lambda step: warmup_cosine(step, warmup, total, settings.lr),
        max_norm=settings.max_norm,
        workers=workers,
        stopping=Stopping(
            lambda: validate(model, featurizer, split.validation, score),
            patience=settings.patience,
        ),
        checkpoints=Checkpoints(
            checkpoint,
            every=None,
            run={
                **dataclasses.asdict(settings),
                "without": list(without),
                "log": fingerprint(sessions, split),
                "categories": fingerprint(categories.of_item, categories.names),
                "item_vectors": fingerprint(item_vectors),
            },
            may_change=MAY_CHANGE,
        ),
    )
    if resume and checkpoint is not None and Path(checkpoint).exists():
        trainer.resume(checkpoint)
    trainer.run(epochs=settings.epochs, on_step=on_step, on_epoch=on_epoch)
    decisions = fit_outlook(model, featurizer, to_the_end)
    decisions = replace(
        decisions,
        levels=level_thresholds(model, featurizer, split.validation),
        worth=fit_worth(whole, to_the_end),
    )
    log = [end._asdict() for end in trainer.epochs]
    return Trained(model, spec, settings, decisions, log)


class PackOrder(ShuffledBatches):
    """Which packs of customers are met together: one on each worker, in a new order each epoch."""

    def shards(
        self, batch: np.ndarray, workers: int, rng: np.random.Generator
    ) -> tuple[list[tuple], list[float] | None]:
        """Each pack with a generator of its own, so that nothing hangs on who is first."""
        begin = self.seed, self.epoch + 1
        return [(pack, np.random.default_rng([*begin, pack])) for pack in batch.tolist()], None

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
