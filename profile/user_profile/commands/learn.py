"""demo, train, evaluate: from a log to a model, and what it is worth."""

import argparse
import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from attention.training import EpochEnd, Progress, Trainer

from ..baselines.lineup import rivals_of_sessions, rivals_of_the_demo
from ..baselines.outlook import forecasters
from ..errors import DataError
from ..features.item_side import PARTS, read_item_vectors
from ..judging.compare import Scorer, compare
from ..judging.evaluate import mean_ndcg
from ..judging.faithfulness import judge_faithfulness
from ..judging.interests import judge_interests
from ..judging.outlook import judge_outlook
from ..log.categories import Categories
from ..log.prepare import prepare
from ..log.prepared import Prepared
from ..log.split import Split, Targets
from ..model.saved import load_model, save_model
from ..model.settings import Settings
from ..model.trained import Trained
from ..privacy.loop import guarantee
from ..serving.profiler import Profile, Profiler
from ..serving.report import describe_profile
from ..training.loop import train
from .common import (
    add_log_options,
    add_model_option,
    add_run_options,
    item_texts,
    load_log,
    place_of_run,
    tell_unknown,
)
from .everything import print_everything
from .outputs import check_output, save_figure
from .private import add_training_options, privacy_of, train_with_progress

_FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
DEMO = {"epochs": 3}  # keeps the demo well under two minutes on two cores
REDUCED = {"epochs": 1, "embed_dim": 16, "most_per_customer": 4}
_SHOWN_SESSIONS = 12  # the demo's customer has about so many


def add_commands(commands: Any) -> None:
    demo = commands.add_parser("demo")
    demo.set_defaults(run=run_demo)
    demo.add_argument("--out", default="runs", help="folder of model and picture; default: runs")
    demo.add_argument("--reduced", action="store_true", help="a small, quick run that proves less")
    demo.add_argument("--overwrite", action="store_true", help="replace an earlier model and card")
    demo.add_argument("--seed", type=int, default=0)

    learn = commands.add_parser("train")
    learn.set_defaults(run=run_train)
    add_run_options(learn)
    learn.add_argument("--categories", help="a CSV file that maps item to category")
    learn.add_argument("--item-vectors", help="an .npz file of ids and vectors that describe items")
    learn.add_argument(
        "--without", default="", help=f"leave out, joined by commas: {', '.join(PARTS)}"
    )
    for name, field in _FIELDS.items():
        learn.add_argument(
            f"--{name.replace('_', '-')}",
            type=type(field.default),
            default=field.default,
            help=f"{field.metadata['help']}; default: {field.default}",
        )
    add_training_options(learn)

    judge = commands.add_parser("evaluate")
    judge.set_defaults(run=run_evaluate)
    judge.add_argument(
        "--everything", action="store_true",
        help="each table there is; trains a second model for those that are split by date",
    )  # fmt: skip
    judge.add_argument("--validation", action="store_true", help="judge on validation instead")
    for command in (learn, judge):
        add_model_option(command)
        add_log_options(command)


def run_demo(options: argparse.Namespace) -> int:
    start = time.perf_counter()
    model, picture = (Path(options.out) / name for name in ("profile.npz", "profile-card.png"))
    for path in (model, picture):
        check_output(options, path, "--out")
    log = prepare(keep=True)
    print(log.cleaned)
    categories = log.categories()
    print(f"\n{len(categories)} interest categories found in the descriptions")
    split = log.split()
    settings = Settings(seed=options.seed, **(REDUCED if options.reduced else DEMO))
    trained = _train(log, split, categories, settings)
    save_model(model, trained)

    profiler = Profiler(trained, log.sessions)
    print()
    scorers: list[Scorer] = [*rivals_of_the_demo(), profiler]
    table = compare(scorers, log.purchases, split.test, title=_title(split.test))
    print(table)
    print(table.verdict(Profiler.name))
    print()
    print(judge_interests(profiler, split.test, split.train, split.validation))
    for other in judge_outlook(profiler, forecasters(profiler.history)):
        print()
        print(other)

    question = _shown_question(profiler, split)
    user, moment = int(split.test.user[question]), int(split.test.time[question])
    bought = split.test.take(np.array([question])).item.tolist()
    profile, texts = profiler.profile(user, moment), item_texts(log, profiler)
    print()
    print(describe_profile(profiler.history, profile, texts, bought))
    _draw(picture, profiler, profile, texts, bought)
    print(f"\n{picture} shows what the profile attended to; {model} holds the model.")
    print(f"Next: python -m user_profile show {profiler.history.users[user]} --model {model}")
    print(f"{time.perf_counter() - start:.0f} seconds in all")
    return 0


def run_train(options: argparse.Namespace) -> int:
    settings = Settings(**{name: getattr(options, name) for name in _FIELDS})
    checkpoint = place_of_run(options)
    without = [part for part in options.without.split(",") if part]
    if not set(without) <= set(PARTS):
        raise DataError(f"--without takes some of {', '.join(PARTS)}, not {options.without!r}.")
    privacy = privacy_of(options)
    if privacy is not None and options.resume:
        raise DataError("A private run keeps no checkpoint, so it cannot be resumed; start anew.")
    log = load_log(options)
    print(log.read)
    print(log.cleaned)
    categories = log.categories(options.categories)
    print(categories)
    vectors = None
    if options.item_vectors:
        vectors = read_item_vectors(options.item_vectors, log.sessions.events.items)
    if privacy is None:
        trained = _train(
            log, log.split(), categories, settings, vectors, without, checkpoint, options.resume
        )
        worth = f"validation NDCG@10 {max(end['validation'] for end in trained.log):.4f}"
    else:
        trained = train_with_progress(privacy, log, categories, settings, vectors, without)
        worth = str(guarantee(trained))
    save_model(options.model, trained)
    checkpoint.unlink(missing_ok=True)
    size = sum(p.data.size for p in trained.model.parameters())
    print(f"{size:,} parameters; {worth}; saved to {options.model}")
    return 0


def run_evaluate(options: argparse.Namespace) -> int:
    trained = load_model(options.model)
    log = load_log(options)
    split = log.split()
    targets = split.validation if options.validation else split.test
    profiler = Profiler(trained, log.sessions)
    tell_unknown(profiler)
    rivals: list[Scorer] = [*rivals_of_sessions()]
    if options.everything:
        if options.validation:
            raise DataError("--everything judges on the test sessions; leave --validation out.")
        print_everything(log, trained, rivals)
        return 0
    scorers = [*rivals, profiler]
    table = compare(scorers, log.purchases, targets, title=_title(targets))
    print(table)
    print(table.verdict(Profiler.name))
    print()
    print(judge_interests(profiler, targets, split.train, split.validation))
    for other in judge_outlook(profiler, forecasters(profiler.history)):
        print()
        print(other)
    print()
    print(judge_faithfulness(trained, log.sessions, targets.user, targets.time))
    return 0


def _title(targets: Targets) -> str:
    return (
        f"Items of the last session of {len(targets):,} customers with three sessions or more, "
        "all items ranked"
    )


def _train(
    log: Prepared,
    split: Split,
    categories: Categories,
    settings: Settings,
    vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Trained:
    progress: Progress | None = None

    def on_step(trainer: Trainer) -> None:
        nonlocal progress
        progress = progress or Progress(settings.epochs * trainer.batches.count)
        if progress.in_place:  # elsewhere a line an epoch is enough
            progress.show(trainer.step, f"loss {trainer.history[-1][0]:.3f}")

    def on_epoch(end: EpochEnd) -> None:
        if progress is not None:
            left = (settings.epochs - end.epoch) * end.seconds
            progress.say(
                f"epoch {end.epoch}/{settings.epochs}: loss {end.loss:.4f}, "
                f"validation NDCG@10 {end.validation:.4f}, {end.steps / end.seconds:.1f} steps/s, "
                f"{end.seconds:.0f} s, at most {left:.0f} s left"
            )

    return train(
        log.sessions,
        split,
        categories,
        settings,
        score=mean_ndcg,
        item_vectors=vectors,
        without=without,
        checkpoint=checkpoint,
        resume=resume,
        on_step=on_step,
        on_epoch=on_epoch,
    )


def _draw(
    path: Path, profiler: Profiler, profile: Profile, texts: list[str], bought: list[int]
) -> None:
    from ..serving.card import plot_card  # matplotlib takes a second to import

    save_figure(path, plot_card(profiler, profile, texts, bought=bought))


def _shown_question(profiler: Profiler, split: Split) -> int:
    """A tested customer with a middling history, the one whose last session came last."""
    known = profiler.history.known_sessions(split.test.user, split.test.time)
    return int(np.lexsort((-split.test.time, np.abs(known - _SHOWN_SESSIONS)))[0])
