"""Learning a model from a log: steps on two workers, epochs, and when to stop."""

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from attention import Adam, Workers, clip_grad_norm, warmup_cosine

from ..errors import DataError
from ..features.batch import Batch
from ..features.history import read_history
from ..features.reader import HistoryReader
from ..log.categories import Categories
from ..log.sessions import Sessions
from ..log.split import Split
from ..model.loss import Loss
from ..model.settings import Settings
from ..model.trained import Trained, new_model
from .augment import augment
from .questions import fit_vocabulary, training_batches, training_targets
from .scoring import Score, validate

MOST_ITEMS = 50_000
_WORKERS = 2  # always: the result must not hang on how many cores there are


@dataclass(frozen=True)
class EpochEnd:
    """What is known after an epoch, for a status line."""

    epoch: int
    steps: int
    loss: float
    validation: float
    seconds: float


def train(
    sessions: Sessions,
    split: Split,
    categories: Categories,
    settings: Settings | None = None,
    *,
    score: Score,
    item_vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
    on_step: Callable[[int, int, float], None] | None = None,
    on_epoch: Callable[[EpochEnd], None] | None = None,
) -> Trained:
    """Train on the sessions of ``split.train``, keep the epoch of the best `score` on validation.

    ``item_vectors`` and ``without`` as in `fit_vocabulary`. ``on_step`` is told the step, of how
    many, and the mean loss of the epoch so far. Raises DataError for a log of too many items.
    Raises FloatingPointError if the loss is not finite.
    """
    settings = settings or Settings()
    if len(sessions.events.items) > MOST_ITEMS:
        raise DataError(
            f"The log has {len(sessions.events.items):,} items; the profile model scores all of "
            f"them for every question and takes up to {MOST_ITEMS:,}. Train on rows of items "
            "instead: python -m user_profile sequences train."
        )
    history = read_history(sessions)
    side = dict(sessions.events.user_features)
    targets = training_targets(history, split.train, settings.most_per_customer)
    vocabulary = fit_vocabulary(history, targets, categories, side, item_vectors, without)
    reader = HistoryReader(history, vocabulary, side)
    model = new_model(vocabulary, settings)
    loss = Loss(model)
    optimizer = Adam(loss.parameters(), settings.lr, weight_decay=settings.weight_decay)
    batches = training_batches(reader, targets, settings)
    rng = np.random.default_rng([settings.seed, 1])
    steps = -(-len(batches) // _WORKERS)
    total = settings.epochs * steps
    trained = Trained(model, vocabulary, settings)
    best, best_state, since_best, step = -1.0, model.state_dict(), 0, 0

    def learn(index: int, rng: np.random.Generator) -> float:
        return _learn(loss, batches[index], rng, settings)

    with Workers(_WORKERS) as workers:
        for epoch in range(1, settings.epochs + 1):
            begin, losses = time.perf_counter(), []
            order = rng.permutation(len(batches))
            for place in range(0, len(order), _WORKERS):
                chosen = order[place : place + _WORKERS]
                # A generator of its own for each, so that nothing hangs on who is first.
                shards = [
                    (index, np.random.default_rng([settings.seed, epoch, int(index)]))
                    for index in chosen
                ]
                optimizer.zero_grad()
                losses.append(workers.add_gradients(optimizer.buffer, learn, shards))
                clip_grad_norm(optimizer.buffer, settings.max_norm)
                step += 1
                optimizer.lr = warmup_cosine(step, int(settings.warmup * total), total, settings.lr)
                optimizer.step()
                if on_step is not None:
                    on_step(step, total, float(np.mean(losses)))
            end = EpochEnd(
                epoch,
                len(losses),
                float(np.mean(losses)),
                validate(model, reader, split.validation, score),
                time.perf_counter() - begin,
            )
            trained.log.append(dataclasses.asdict(end))
            if on_epoch is not None:
                on_epoch(end)
            since_best += 1
            if end.validation > best:
                best, best_state, since_best = end.validation, model.state_dict(), 0
            if since_best > settings.patience:
                break
    model.load_state_dict(best_state)
    return trained


def _learn(loss: Loss, batch: Batch, rng: np.random.Generator, settings: Settings) -> float:
    chances = {name: getattr(settings, name) for name in ("mask", "reorder", "crop")}
    value, saved = loss.forward(augment(batch, rng, **chances), rng=rng)
    loss.backward(1.0, saved)
    return float(value)
