"""Learning to expect the next item: what the steps are, what they are judged by, what is kept."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from attention import Adam
from attention.files import fingerprint
from attention.parallel.ranks import world
from attention.training import Checkpoints, EpochEnd, Stopping, Trainer

from ..errors import DataError
from ..judging.leave_one_out import before, compare_leave_one_out
from ..log.sessions import Sessions
from ..log.split import Targets
from .clock import learn_clock
from .data import Histories, read_histories
from .features import UserFeatures, learn_features
from .objective import Objective
from .order import WindowBatches
from .parts import PartBatches, Parts
from .recommender import ReadingOnce, Trained
from .rules import EXPERTS, WEIGHTS, Rules, learn_rules
from .schedule import Schedule
from .settings import Settings
from .start import counts, new_model, place

_VALIDATED = 2_000  # users asked after each epoch
_UNTIMED = 0.1  # the share of the time kept for judging before it has been timed
MAY_CHANGE = ("minutes", "epochs", "patience")  # of a run that is resumed: how long it goes on
_AFTER = 4  # judgings' worth of time kept for the last one and for choosing the rules' weight


def train(
    sessions: Sessions,
    validation: Targets,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    *,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    on_step: Callable[[Trainer], None] | None = None,
    on_epoch: Callable[[EpochEnd, int], None] | None = None,
) -> Trained:
    """Train on what each user did before the validation item; keep the best epoch on validation.

    `sessions` are those of `single_event_sessions`. `on_epoch` is told the epoch, and of how
    many that the plan has or for which there is time. With `resume`, go on from `checkpoint`,
    if it is there: minutes spent before count, and all but `MAY_CHANGE` must be as it was. Raises
    DataError if there is nothing to learn from, FileFormatError for a checkpoint of another run,
    and what `Trainer.run` raises.
    """
    events = sessions.events
    past = read_histories(sessions.take(before(sessions, validation)))
    features = learn_features(events.user_features)
    codes = features.codes(events.user_features, len(events.users))
    material = Material(
        events.items,
        features,
        codes,
        past,
        past,
        lambda settings: WindowBatches(past, settings),
        _Judge(sessions, validation, not settings.repeat),
        fingerprint(past, codes, features.columns, events.items, validation),
    )
    return _train(material, settings, checkpoint, resume, on_step, on_epoch)


def train_parts(
    parts: Parts,
    settings: Settings,
    *,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    on_step: Callable[[Trainer], None] | None = None,
    on_epoch: Callable[[EpochEnd, int], None] | None = None,
) -> Trained:
    """The same over the parts of a log, as many as `settings.workers`, of which each rank has its
    own."""
    features, codes = parts.features()
    validation = parts.left_out("validation", not settings.repeat, _VALIDATED)

    def judge(*models: Trained) -> list[float]:
        read: dict[int, dict[bytes, np.ndarray]] = {number: {} for number in validation.local}
        table = parts.compare(
            validation, lambda number: [ReadingOnce(trained, read[number]) for trained in models]
        )
        return [result.mean("ndcg@10") for result in table.results]

    material = Material(
        parts.items,
        features,
        codes,
        parts,
        parts.histories,
        lambda settings: PartBatches(parts, settings),
        judge,
        parts.mark,
    )
    return _train(material, settings, checkpoint, resume, on_step, on_epoch)


class Material(NamedTuple):
    """What a run learns from."""

    items: tuple[str, ...]
    features: UserFeatures
    codes: np.ndarray  # (U, K), those of the users of `local`
    counted: Histories | Parts  # all histories, for what is counted
    local: Histories  # those of this process
    batches: Callable[[Settings], WindowBatches | PartBatches]
    judge: Callable[..., list[float]]
    mark: str


def _train(
    material: Material,
    settings: Settings,
    checkpoint: str | Path | None,
    resume: bool,
    on_step: Callable[[Trainer], None] | None,
    on_epoch: Callable[[EpochEnd, int], None] | None,
) -> Trained:
    items, features, past = material.items, material.features, material.counted
    occurs = counts(past, len(items))
    if not occurs.sum():
        raise DataError(
            "Nothing is left to train on before the validation items; give a longer log."
        )
    settings = settings.fitted(len(items), int(occurs.sum()))
    clock = None  # a log in parts is in order alone
    if settings.times and isinstance(past, Histories) and past.time is not None:
        clock = learn_clock(past.time)
    model = new_model(len(items), features.size, settings, clock)
    if settings.start == "counted":
        place(model, past)
    objective = Objective(material.local, material.codes, features.unknown, settings, occurs, clock)
    optimizer = Adam(
        model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=settings.weight_decay
    )
    batches = material.batches(settings)
    schedule = Schedule(settings.lr, settings.warmup, settings.epochs or 1, settings.minutes * 60)
    schedule.reserved = _UNTIMED * schedule.seconds
    rules = learn_rules(past, len(items))
    trained = Trained(model, items, features, settings, [], rules, clock)
    judge = material.judge

    def timed_judge() -> float:
        schedule.epoch += 1
        before_judging = schedule.elapsed
        (score,) = judge(trained)
        schedule.reserved = _AFTER * (schedule.elapsed - before_judging)
        return score

    trainer = Trainer(
        model,
        optimizer,
        batches,
        lambda share: objective.compute(model, share),
        schedule=lambda _: schedule.next(batches.count - batches.position + 1, batches.count),
        max_norm=settings.max_norm,
        workers=settings.workers,
        stopping=Stopping(
            timed_judge,
            patience=settings.patience,
            average=settings.average,
            stop=lambda: schedule.over,
        ),
        checkpoints=Checkpoints(
            checkpoint,
            every=None,
            run={**dataclasses.asdict(settings), "log": material.mark},
            may_change=MAY_CHANGE,
            parts={"schedule": schedule},
        ),
    )
    if resume and checkpoint is not None and Path(checkpoint).exists():
        trainer.resume(checkpoint)

    def tell(end: EpochEnd) -> None:
        if on_epoch is not None:
            on_epoch(end, schedule.expected)

    trainer.run(epochs=settings.epochs or 1, on_step=on_step, on_epoch=tell)
    trained.log.extend(end._asdict() for end in trainer.epochs)
    return _with_rules(trained, past, judge)


def _with_rules(
    trained: Trained, past: Histories | Parts, judge: Callable[..., list[float]]
) -> Trained:
    """The same network beside the rules that are best on validation, and of the best weight.

    The rules are compared at weight 1; with a weight that is set, at that one.
    """

    def beside(rules: Rules, weight: float) -> Trained:
        return dataclasses.replace(trained, rules=dataclasses.replace(rules, weight=weight))

    given = trained.settings.rules
    if given == 0:
        return beside(trained.rules, 0.0)
    items = len(trained.items)
    experts = [learn_rules(past, items, expert) for expert in EXPERTS]
    scores = judge(*(beside(rules, given or 1.0) for rules in experts))
    chosen = experts[int(np.argmax(scores))]
    if given is not None:
        return beside(chosen, given)
    candidates = [beside(chosen, weight) for weight in WEIGHTS]
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
            ranks=world(),
        )
        return [result.mean("ndcg@10") for result in table.results]
