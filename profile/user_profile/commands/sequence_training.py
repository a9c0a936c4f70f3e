"""sequences train: on a log, or on a folder of histories of which each rank has its part."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from attention.parallel.ranks import world
from attention.training import EpochEnd, Progress
from attention.training.settings import settings_of

from ..baselines import Popularity
from ..baselines.lineup import rivals_of_rows
from ..judging.leave_one_out import before, compare_leave_one_out
from ..sequences.part_files import read_parts
from ..sequences.saved import save_model
from ..sequences.settings import Settings
from ..sequences.training import train, train_parts
from ..serving.scoring.folder import holds_histories
from .model_options import end_run, place_of_run
from .sequence_inputs import (
    read_log,
    split_log,
)
from .sequence_judging import ours, print_each, print_tables
from .waiting import Waiting

_TESTED = 100_000  # users of a log in parts


def run_train(options: argparse.Namespace) -> int:
    settings = settings_of(options, Settings)
    checkpoint = place_of_run(options, settings.epochs)
    if isinstance(options.file, str) and holds_histories(options.file, world()):
        return _train_parts(options, settings, checkpoint)
    events = read_log(options)
    sessions, split = split_log(options, events)
    for targets in (split.validation, split.test):  # fails now rather than after the training
        compare_leave_one_out([Popularity()], sessions, targets, filter_seen=not settings.repeat)
    positions = int(before(sessions, split.validation).sum())
    plan = settings.fitted(len(events.items), positions)
    print(
        f"training: {settings.minutes:g} minutes at most (--minutes), {plan.epochs} epochs of "
        f"{positions:,} positions at most (--epochs); then the tables{_told_repeat(settings)}",
        flush=True,
    )
    trained = train(sessions, split.validation, settings, **_how(options, checkpoint))
    save_model(options.model, trained)
    end_run(checkpoint)
    chosen = trained.settings
    best = int(np.argmax([end["validation"] for end in trained.log]))
    print(
        f"{sum(p.data.size for p in trained.model.parameters()):,} parameters, dropout "
        f"{chosen.dropout:g}, {chosen.tokens:,} positions a step, softmax over "
        + (f"{chosen.negatives:,} drawn items and the batch's" if chosen.negatives else "all items")
    )
    print(
        f"{len(trained.log)} epochs in {trained.log[-1]['spent']:.0f} s; kept epoch {best + 1}, "
        f"validation NDCG@10 {trained.log[best]['validation']:.4f}, beside it rules of weight "
        f"{trained.rules.weight:g}; saved to {options.model}"
    )
    print_tables(options, events, split.test, trained)
    return 0


def _train_parts(options: argparse.Namespace, settings: Settings, checkpoint: Path) -> int:
    """A folder of histories: each rank reads its own files, and nobody the whole log."""
    parts = read_parts(Path(options.file), settings.workers, world())
    tested = parts.left_out("test", not settings.repeat, _TESTED)
    for left in (parts.left_out("validation", not settings.repeat, _TESTED), tested):
        parts.compare(left, lambda _: [Popularity()])  # fails now rather than after the training
    events = parts.counted(lambda past: len(past.item))
    users = parts.counted(lambda past: len(past.lengths))
    print(
        f"{users:,} users in {parts.count} parts, {len(parts.items):,} items, {events:,} "
        f"interactions to train on; {settings.minutes:g} minutes at most (--minutes)"
        f"{_told_repeat(settings)}",
        flush=True,
    )
    trained = train_parts(parts, settings, **_how(options, checkpoint))
    save_model(options.model, trained)
    end_run(checkpoint)
    print(f"{len(trained.log)} epochs; rules of weight {trained.rules.weight:g}; saved to "
          f"{options.model}")  # fmt: skip
    waiting = Waiting()
    read: dict[int, dict[bytes, np.ndarray]] = {number: {} for number in tested.local}
    print_each(options, trained, lambda negatives: parts.compare(
        tested, lambda number: ours(trained, read[number]), rivals_of_rows, negatives, waiting
    ))  # fmt: skip
    return 0


def _how(options: argparse.Namespace, checkpoint: Path) -> dict[str, Any]:
    """What a run is told beside its log and its settings."""
    return {
        "checkpoint": checkpoint,
        "resume": options.resume,
        "on_step": _step_of(Waiting()),
        "on_epoch": _Told(),
    }


def _told_repeat(settings: Settings) -> str:
    return "; items that a user had may come again" if settings.repeat else ""


def _step_of(waiting: Waiting) -> Callable[[Any], None]:
    def on_step(trainer: Any) -> None:
        batches = trainer.batches
        waiting(f"steps of epoch {batches.epoch + 1}", batches.position, batches.count)

    return on_step


class _Told:
    """A line after each epoch."""

    _progress: Progress | None = None

    def __call__(self, end: EpochEnd, epochs: int) -> None:
        epochs = max(epochs, end.epoch)  # one that had begun is ended
        self._progress = self._progress or Progress(epochs)
        self._progress.say(
            f"epoch {end.epoch}/{epochs}  loss {end.loss:.4f}  "
            f"validation NDCG@10 {end.validation:.4f}  {end.spent:.0f} s, about "
            f"{end.spent / end.epoch * (epochs - end.epoch):.0f} s left"
        )
