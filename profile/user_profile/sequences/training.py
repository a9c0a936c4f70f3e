"""Learning to expect the next item: epochs of steps, and which weights are kept.

The weights judged and kept are a running average of those of the last epoch or so, which does for
a high rate what its fall would do later (Polyak and Juditsky 1992; Izmailov et al. 2018).
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from attention import Adam, clip_grad_norm
from attention.parallel.workers import Workers
from attention.training import batches_by_length

from ..errors import DataError
from ..judging.compare import before, compare_leave_one_out
from ..log.sessions import Sessions
from ..log.split import Targets
from .data import Histories, Windows, draw_windows, read_histories
from .features import learn_features
from .model import SequenceModel, Sizes
from .objective import Objective, Share
from .recommender import ReadingOnce, Trained
from .rules import WEIGHTS, learn_rules
from .schedule import Schedule
from .settings import Settings
from .start import start_bias, start_table

_VALIDATED = 2_000  # users asked after each epoch
_UNTIMED = 0.1  # the share of the time kept for judging before it has been timed
_AFTER = 3  # judgings' worth of time kept for the last one and for choosing the rules' weight


class EpochEnd(NamedTuple):
    """What `on_epoch` is told."""

    epoch: int
    epochs: int  # that the plan has, or for which there is time
    loss: float
    validation: float  # NDCG@10
    seconds: float  # since the start


def train(
    sessions: Sessions,
    validation: Targets,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    *,
    filter_seen: bool = True,
    on_epoch: Callable[[EpochEnd], None] | None = None,
) -> Trained:
    """Train on what each user did before the validation item; keep the best epoch on validation.

    ``sessions`` are those of `single_event_sessions`. Raises DataError if there is nothing to learn
    from, FloatingPointError if training diverges.
    """
    events = sessions.events
    past = read_histories(sessions.take(before(sessions, validation)))
    first = draw_windows(past, settings.max_length, np.random.default_rng(0))
    if not len(first.user):
        raise DataError(
            "Nothing is left to train on before the validation items; give a longer log."
        )
    settings = settings.fitted(len(events.items), len(past.item))
    features = learn_features(events.user_features)
    model = new_model(len(events.items), features.size, settings)
    if settings.start == "counted":
        _place(model, past)
    codes = features.codes(events.user_features, len(events.users))
    objective = Objective(past, codes, features.unknown, settings)
    optimizer = Adam(
        model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    trained = Trained(
        model, events.items, features, settings, [], learn_rules(past, len(events.items))
    )
    judge = _Judge(sessions, validation, filter_seen)
    run = _Run(model, optimizer, objective, settings)
    with Workers(settings.workers) as workers:
        run(workers, lambda: judge(trained)[0], trained.log, on_epoch)
        return _with_rules(trained, judge)


def new_model(items: int, features: int, settings: Settings) -> SequenceModel:
    sizes = Sizes(
        items, features, settings.embed_dim, settings.num_layers, settings.num_heads,
        settings.hidden_dim, settings.max_length, settings.positions,
    )  # fmt: skip
    return SequenceModel(sizes, dropout=settings.dropout or 0.0, rng=settings.seed)


def _place(model: SequenceModel, past: Histories) -> None:
    """Start where counting leads; rows that have no company keep a little of their random place."""
    table = start_table(past, model.sizes.items, model.sizes.embed_dim)
    if table is not None:
        model.item.table.data[...] += table
    model.bias.data[...] = start_bias(past, model.sizes.items)


def _with_rules(trained: Trained, judge: "_Judge") -> Trained:
    """The same network beside rules of the weight that is best on validation, or as set."""
    given = trained.settings.rules
    candidates = [
        dataclasses.replace(trained, rules=dataclasses.replace(trained.rules, weight=weight))
        for weight in (WEIGHTS if given is None else [given])
    ]
    if len(candidates) == 1:
        return candidates[0]
    return candidates[int(np.argmax(judge(*candidates)))]


class _Judge:
    """NDCG@10 of models of one network, on the validation items, or on many of them."""

    def __init__(self, sessions: Sessions, validation: Targets, filter_seen: bool) -> None:
        if len(validation) > _VALIDATED:
            rows = np.random.default_rng(0).choice(len(validation), _VALIDATED, replace=False)
            validation = validation.take(np.sort(rows))
        self.question = sessions, validation
        self.filter_seen = filter_seen

    def __call__(self, *models: Trained) -> list[float]:
        read: dict[bytes, np.ndarray] = {}
        table = compare_leave_one_out(
            [ReadingOnce(trained, read) for trained in models],
            *self.question,
            filter_seen=self.filter_seen,
        )
        return [result.mean("ndcg@10") for result in table.results]


class _Run:
    """The loop over epochs."""

    def __init__(
        self, model: SequenceModel, optimizer: Adam, objective: Objective, settings: Settings
    ) -> None:
        self.model, self.optimizer, self.objective = model, optimizer, objective
        self.settings = settings
        self.average = optimizer.buffer.data.copy()
        self.schedule = Schedule(
            settings.lr, settings.warmup, settings.epochs or 1, settings.minutes * 60
        )
        self.schedule.reserved = _UNTIMED * self.schedule.seconds

    def __call__(
        self,
        workers: Workers,
        judge: Callable[[], float],
        log: list[dict[str, float]],
        on_epoch: Callable[[EpochEnd], None] | None,
    ) -> None:
        settings, schedule, data = self.settings, self.schedule, self.optimizer.buffer.data
        best, kept = -1.0, data.copy()
        while not log or (not schedule.over and schedule.epoch < schedule.epochs):
            loss = self._epoch(workers)
            schedule.epoch += 1
            latest, before_judging = data.copy(), schedule.elapsed
            data[:] = self.average
            validation = judge()
            data[:] = latest
            schedule.reserved = _AFTER * (schedule.elapsed - before_judging)
            log.append({"loss": loss, "validation": validation, "seconds": schedule.elapsed})
            if on_epoch is not None:
                on_epoch(
                    EpochEnd(schedule.epoch, schedule.expected, loss, validation, schedule.elapsed)
                )
            if validation > best:
                best, kept = validation, self.average.copy()
            best_epoch = int(np.argmax([end["validation"] for end in log]))
            if len(log) - 1 - best_epoch >= settings.patience:
                break
        data[:] = kept

    def _epoch(self, workers: Workers) -> float:
        """One pass over all windows; returns the mean loss."""
        settings, schedule = self.settings, self.schedule
        rng = np.random.default_rng([settings.seed, schedule.epoch])
        windows = draw_windows(self.objective.past, settings.max_length, rng)
        batches = batches_by_length(windows.lengths, settings.tokens or 1, rng)
        losses, weights = [], []
        for number, batch in enumerate(batches):
            asked = int(windows.targets[batch].sum())
            if asked == 0:
                continue
            self.optimizer.lr = schedule.next(len(batches) - number, len(batches))
            losses.append(self._step(workers, windows.take(batch), rng))
            weights.append(asked)
            self._add_to_average(len(batches))
            if schedule.over:
                break
        return float(np.average(losses, weights=weights))

    def _step(self, workers: Workers, batch: Windows, rng: np.random.Generator) -> float:
        count = min(workers.count, len(batch.user))
        weight = 1 / int(batch.targets.sum())
        shares = [
            (Share(batch.take(np.s_[worker::count]), weight, own),)
            for worker, own in enumerate(rng.spawn(count))
        ]
        self.optimizer.zero_grad()
        # A share's loss is its part of the batch's already, so they only add up.
        loss = workers.add_gradients(self.optimizer.buffer, self._compute, shares, [1.0] * count)
        if not np.isfinite(loss):
            raise FloatingPointError(f"The loss is {loss}; train again with a lower --lr.")
        clip_grad_norm(self.optimizer.buffer, self.settings.max_norm)
        self.optimizer.step()
        return loss

    def _compute(self, share: Share) -> float:
        return self.objective.compute(self.model, share)

    def _add_to_average(self, epoch_steps: int) -> None:
        steps = self.settings.average * epoch_steps
        share = 1 / max(1.0, min(steps, (9 + self.schedule.step) / 10))
        self.average += share * (self.optimizer.buffer.data - self.average)
