"""python -m user_profile sequences train | evaluate | recommend | export"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from attention.parallel.ranks import world
from attention.training import EpochEnd, Progress

from ..baselines import Popularity
from ..baselines.lineup import rivals_of_rows
from ..errors import DataError
from ..judging.compare import Comparison
from ..judging.leave_one_out import before, compare_leave_one_out
from ..log.events import Events
from ..log.readers import FORMATS
from ..log.sessions import single_event_sessions
from ..log.split import Targets
from ..sequences.export import TABLES, export_tables, write_npz
from ..sequences.part_files import read_parts
from ..sequences.recommender import ReadingOnce, Recommendation, Recommender, Trained
from ..sequences.saved import load_model, save_model
from ..sequences.settings import Settings
from ..sequences.training import train, train_parts
from ..serving.scoring.folder import holds_histories
from .answers import print_rows
from .common import add_reading_options, add_run_options, end_run, place_of_run
from .outputs import TABLE, add_output, write_rows
from .sequence_inputs import (
    Files,
    known_features,
    known_log,
    one_user,
    read_log,
    split_log,
    tell_unknown,
)
from .settings_options import add_settings, settings_of
from .waiting import Waiting

MODEL = "runs/sequences.npz"
_TESTED = 100_000  # users of a log in parts
_FILE = "logs of any format, a folder, a 'glob'; train: also a folder of Parquet histories"
_SHOWN = 20  # rows on the terminal; a file takes all


def add_command(commands: Any) -> None:
    """Add `sequences` and its own commands to the subparsers of `python -m user_profile`."""
    sequences = commands.add_parser("sequences", help="next items on any log of items in order")
    actions = sequences.add_subparsers(required=True, metavar="ACTION")

    learn = actions.add_parser("train", help="train on a log, save the model, judge it")
    learn.set_defaults(run=run_train)
    add_run_options(learn)
    add_settings(learn, Settings, open_is="by the log")

    judge = actions.add_parser("evaluate", help="a saved model beside the baselines")
    judge.set_defaults(run=run_evaluate)
    judge.add_argument(
        "--validation", action="store_true", help="ask for the items before the last"
    )
    for command in (learn, judge):
        command.add_argument(
            "--sampled", type=_whole, default=100, metavar="N",
            help="rank against N sampled items too; 0: do not; default: 100",
        )  # fmt: skip

    suggest = actions.add_parser("recommend", help="next items of users, or after given items")
    suggest.set_defaults(run=run_recommend)
    asked = suggest.add_mutually_exclusive_group()
    asked.add_argument("--user", help="one user of FILE; default: all")
    asked.add_argument("--items", help="a sequence of item ids, oldest first: 12,7,31")
    suggest.add_argument("--features", help="what is known of the user of --items: age=24,…")
    suggest.add_argument("--top", type=int, default=10, help="items a user; default: 10")
    add_output(suggest, "--out", TABLE, "write all rows")

    give = actions.add_parser("export", help="embeddings of users, items and sessions")
    give.set_defaults(run=run_export)
    add_output(give, "--out", (".npz", ".csv"), "all three tables, or one of them", required=True)
    give.add_argument("--table", choices=TABLES, default="users", help="of a .csv; default: users")

    for command in (learn, judge, suggest, give):
        several = "*" if command is suggest else "+"
        command.add_argument("file", metavar="FILE", nargs=several, action=Files, help=_FILE)
        command.add_argument("--model", default=MODEL, help=f"the saved model; default: {MODEL}")
        command.add_argument("--format", choices=FORMATS, help="recognised if left out")
        command.add_argument("--columns", help="for plain CSV or JSONL: user=…,item=…,time=…")
        add_reading_options(command)
        if command is not give:
            command.add_argument(
                "--repeat", action="store_true", help="items that a user had may come again"
            )


def run_train(options: argparse.Namespace) -> int:
    settings = settings_of(options, Settings)
    checkpoint = place_of_run(options)
    if isinstance(options.file, str) and holds_histories(options.file, world()):
        return _train_parts(options, settings, checkpoint)
    events = read_log(options)
    sessions, split = split_log(options, events)
    for targets in (split.validation, split.test):  # fails now rather than after the training
        compare_leave_one_out([Popularity()], sessions, targets, filter_seen=not options.repeat)
    positions = int(before(sessions, split.validation).sum())
    plan = settings.fitted(len(events.items), positions)
    print(
        f"training: {settings.minutes:g} minutes at most (--minutes), {plan.epochs} epochs of "
        f"{positions:,} positions at most (--epochs); then the tables",
        flush=True,
    )
    trained = train(
        sessions,
        split.validation,
        settings,
        filter_seen=not options.repeat,
        checkpoint=checkpoint,
        resume=options.resume,
        on_step=_step_of(Waiting()),
        on_epoch=_Told(),
    )
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
    _print_tables(options, events, split.test, trained)
    return 0


def _train_parts(options: argparse.Namespace, settings: Settings, checkpoint: Path) -> int:
    """A folder of histories: each rank reads its own files, and nobody the whole log."""
    parts = read_parts(Path(options.file), settings.workers, world())
    tested = parts.left_out("test", not options.repeat, _TESTED)
    for asked in (parts.left_out("validation", not options.repeat, _TESTED), tested):
        parts.compare(asked, lambda _: [Popularity()])  # fails now rather than after the training
    events = parts.counted(lambda past: len(past.item))
    users = parts.counted(lambda past: len(past.lengths))
    print(
        f"{users:,} users in {parts.count} parts, {len(parts.items):,} items, {events:,} "
        f"interactions to train on; {settings.minutes:g} minutes at most (--minutes)",
        flush=True,
    )
    trained = train_parts(
        parts,
        settings,
        filter_seen=not options.repeat,
        checkpoint=checkpoint,
        resume=options.resume,
        on_step=_step_of(Waiting()),
        on_epoch=_Told(),
    )
    save_model(options.model, trained)
    end_run(checkpoint)
    print(f"{len(trained.log)} epochs; rules of weight {trained.rules.weight:g}; saved to "
          f"{options.model}")  # fmt: skip
    waiting = Waiting()
    read: dict[int, dict[bytes, np.ndarray]] = {number: {} for number in tested.own}
    _print_each(options, trained, lambda negatives: parts.compare(
        tested, lambda number: _ours(trained, read[number]), rivals_of_rows, negatives, waiting
    ))  # fmt: skip
    return 0


def run_evaluate(options: argparse.Namespace) -> int:
    trained = load_model(options.model)
    events = read_log(options)
    _, split = split_log(options, events)
    tell_unknown(trained.items, events.items)
    targets = split.validation if options.validation else split.test
    _print_tables(options, events, targets, trained)
    return 0


def run_recommend(options: argparse.Namespace) -> int:
    recommender = Recommender(load_model(options.model))
    if options.items is not None:
        if options.file is not None:
            raise DataError("Give FILE or --items, not both.")
        given = [item.strip() for item in options.items.split(",") if item.strip()]
        answer = recommender.recommend(
            given,
            options.top,
            features=known_features(options, recommender),
            repeat=options.repeat,
        )
        rows = _rows(None, answer)
        if answer.unknown:
            print(f"not known to the model, left out: {', '.join(answer.unknown)}")
    else:
        if options.features is not None:
            raise DataError("--features are those of the user of --items; a FILE brings its own.")
        events = known_log(options, recommender)
        users = range(len(events.users)) if options.user is None else [one_user(options, events)]
        answers = recommender.recommend_users(users, options.top, repeat=options.repeat)
        rows = [row for user, one in zip(users, answers) for row in _rows(events.users[user], one)]
    _give(rows, options.out)
    return 0


def run_export(options: argparse.Namespace) -> int:
    recommender = Recommender(load_model(options.model))
    events = known_log(options, recommender)
    tables = export_tables(recommender, events)
    if options.out.lower().endswith(".npz"):
        write_npz(options.out, tables)
        print(", ".join(f"{len(ids):,} {name}" for name, (ids, _) in tables.items()))
    else:
        ids, vectors = tables[options.table]
        names = [f"e{i}" for i in range(vectors.shape[1])]
        write_rows(
            options.out,
            [{"id": one, **dict(zip(names, row))} for one, row in zip(ids, vectors.tolist())],
        )
        print(f"{len(ids):,} {options.table}")
    print(f"written to {options.out}")
    return 0


def _print_tables(
    options: argparse.Namespace, events: Events, targets: Targets, trained: Trained
) -> None:
    """Full ranking, and apart from it the one against sampled items, which flatters."""
    sessions, waiting = single_event_sessions(events), Waiting()
    read: dict[bytes, np.ndarray] = {}
    _print_each(options, trained, lambda negatives: compare_leave_one_out(
        [*rivals_of_rows(), *_ours(trained, read)],
        sessions, targets, filter_seen=not options.repeat, negatives=negatives, on_block=waiting,
    ))  # fmt: skip


def _ours(trained: Trained, read: dict[bytes, np.ndarray]) -> list[ReadingOnce]:
    """The model, and where rules help it, its network alone."""
    alone = [ReadingOnce(trained, read, rules=False)] if trained.rules.weight else []
    return [ReadingOnce(trained, read), *alone]


def _print_each(
    options: argparse.Namespace, trained: Trained, compare: Callable[[int | None], Comparison]
) -> None:
    names = [scorer.name for scorer in _ours(trained, {})]
    for negatives in [None, options.sampled] if options.sampled else [None]:
        table = compare(negatives)
        print()
        print(table)
        print(table.verdict(*names))


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number, 0 or more, not {text!r}")
    return int(text)


def _step_of(waiting: Waiting) -> Callable[[Any], None]:
    def on_step(trainer: Any) -> None:
        batches = trainer.batches
        waiting(f"steps of epoch {batches.epoch + 1}", batches.position, batches.count)

    return on_step


class _Told:
    """A line after each epoch."""

    _progress: Progress | None = None

    def __call__(self, end: EpochEnd, epochs: int) -> None:
        self._progress = self._progress or Progress(epochs)
        self._progress.say(
            f"epoch {end.epoch}/{epochs}  loss {end.loss:.4f}  "
            f"validation NDCG@10 {end.validation:.4f}  {end.spent:.0f} s, about "
            f"{end.spent / end.epoch * (epochs - end.epoch):.0f} s left"
        )


def _rows(user: str | None, answer: Recommendation) -> list[dict[str, Any]]:
    named = {} if user is None else {"user": user}
    return [
        {**named, "rank": rank, "item": item, "probability": probability}
        for rank, (item, probability) in enumerate(zip(answer.items, answer.probabilities), start=1)
    ]


def _give(rows: list[dict[str, Any]], out: str | None) -> None:
    if out is None:
        print_rows(rows[:_SHOWN])
        if len(rows) > _SHOWN:
            print(f"… and {len(rows) - _SHOWN:,} more rows; --out writes all")
    else:
        write_rows(out, rows)
        print(f"{len(rows):,} rows written to {out}")
