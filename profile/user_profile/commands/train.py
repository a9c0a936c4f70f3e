"""train: from a log to a saved model."""

import argparse
from pathlib import Path
from typing import Any

from attention.parallel.ranks import world
from attention.training import EpochEnd, Progress, Trainer
from attention.training.settings import add_settings, settings_of

from ..errors import DataError
from ..features.item_side import PARTS, read_item_vectors
from ..judging.evaluate import mean_ndcg
from ..log.categories import Categories, rename_categories
from ..log.prepared import Prepared
from ..log.split import Split
from ..model.saved import save_model
from ..model.settings import Settings
from ..model.trained import Trained
from ..privacy.loop import guarantee
from ..serving.profiler import Profiler
from ..training.facts import SpecOptions
from ..training.loop import Sitting, train
from .answers import check_positive
from .log_options import Joined, add_log_options, load_log
from .model_options import add_model_option, add_run_options, end_run, place_of_run
from .private_training import add_private_options, privacy_of, train_privately
from .train_parts import is_in_parts, train_on_folder
from .waiting import Waiting

_FEW = 30  # customers validated on, below which a mean says nothing


def add_command(commands: Any) -> None:
    learn = commands.add_parser("train")
    learn.set_defaults(run=run_train)
    add_run_options(learn)
    learn.add_argument("--categories", help="a CSV file that maps item to category")
    learn.add_argument(
        "--category-names", help="a CSV file of names for the categories found: category,name"
    )
    learn.add_argument("--item-vectors", help="an .npz file of ids and vectors that describe items")
    learn.add_argument(
        "--without",
        action=Joined,
        default="",
        help=f"leave out, joined by commas: {', '.join(PARTS)}",
    )
    learn.add_argument(
        "--workers",
        type=int,
        help="that work at once, of all ranks; another number, other steps; default: 2, or a rank",
    )
    add_settings(learn, Settings)
    add_private_options(learn)
    add_model_option(learn)
    add_log_options(learn)


def run_train(options: argparse.Namespace) -> int:
    if options.workers is not None:
        check_positive("--workers", options.workers)
    settings = settings_of(options, Settings)
    checkpoint = place_of_run(options, settings.epochs)
    without = [part for part in options.without.split(",") if part]
    if not set(without) <= set(PARTS):
        raise DataError(f"--without takes some of {', '.join(PARTS)}, not {options.without!r}.")
    privacy = privacy_of(options)
    if privacy is not None and options.resume:
        raise DataError("A private run keeps no checkpoint, so it cannot be resumed; start anew.")
    if privacy is not None and world().size > 1:
        raise DataError("A private run is of one process; start it without mpiexec.")
    if is_in_parts(options):
        if privacy is not None:
            raise DataError("A private run reads a log of rows, not a folder of histories.")
        sitting = _sitting(settings, checkpoint, options.resume)
        trained, judge = train_on_folder(options, settings, without, sitting)
        _save(options, trained, checkpoint, _validation(trained))
        table = judge()
        print(f"\n{table}\n{table.verdict(Profiler.name)}")
        return 0
    log = load_log(options)
    print(log.read)
    print(log.cleaned)
    categories = log.categories(options.categories)
    if options.category_names:
        categories = rename_categories(categories, options.category_names)
    print(
        categories
        if log.ranks
        else "The log names no items to tell apart, so there are none to rank."
    )
    vectors = None
    if options.item_vectors:
        vectors = read_item_vectors(options.item_vectors, log.sessions.events.items)
    spec_options = SpecOptions(vectors, without)
    if privacy is None:
        sitting = _sitting(settings, checkpoint, options.resume, log.ranks)
        trained = train(
            log.sessions, log.split(), categories, settings, score=mean_ndcg,
            options=spec_options, sitting=sitting, workers=options.workers,
        )  # fmt: skip
        worth = _validation(trained) + _of_few(len(log.split().validation))
    else:
        trained = train_privately(privacy, log, categories, settings, spec_options)
        worth = str(guarantee(trained))
    worth = worth if log.ranks or privacy else "retention, spend and value"
    _save(options, trained, checkpoint, worth)
    return 0


def _validation(trained: Trained) -> str:
    return f"validation NDCG@10 {max(end['validation'] for end in trained.log):.4f}"


def _of_few(customers: int) -> str:
    """What a validation is worth, where that is little."""
    return f", of {customers}: too few to say how good it is" if customers < _FEW else ""


def _save(options: argparse.Namespace, trained: Trained, checkpoint: Path, worth: str) -> None:
    save_model(options.model, trained)
    end_run(checkpoint)
    size = sum(p.data.size for p in trained.model.parameters())
    print(f"{size:,} parameters; {worth}; saved to {options.model}")


def train_with_progress(
    log: Prepared, split: Split, categories: Categories, settings: Settings
) -> Trained:
    sitting = _sitting(settings, ranks=log.ranks)
    return train(log.sessions, split, categories, settings, score=mean_ndcg, sitting=sitting)


def _sitting(
    settings: Settings, checkpoint: Path | None = None, resume: bool = False, ranks: bool = True
) -> Sitting:
    """With what is said while it trains; `ranks`: there are items to rank."""
    progress, waiting = Progress(settings.epochs), Waiting()

    def on_step(trainer: Trainer) -> None:
        waiting("steps", trainer.step, settings.epochs * trainer.batches.count)

    def on_epoch(end: EpochEnd) -> None:
        epochs = max(settings.epochs, end.epoch)  # one that had begun is ended
        left = (epochs - end.epoch) * end.seconds
        judged = f"validation NDCG@10 {end.validation:.4f}, " if ranks else ""
        progress.say(
            f"epoch {end.epoch}/{epochs}: loss {end.loss:.4f}, {judged}"
            f"{end.steps / end.seconds:.1f} steps/s, "
            f"{end.seconds:.0f} s, at most {left:.0f} s left"
        )

    return Sitting(checkpoint, resume, on_step, on_epoch)
