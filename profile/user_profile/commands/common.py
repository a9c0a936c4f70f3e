"""What several commands share: their options, loading what they name, writing what they make."""

import argparse
from pathlib import Path
from typing import Any

from attention.files import keep_existing, writable
from attention.parallel.ranks import world
from attention.training.checkpoint import Checkpoint

from ..dates import DAY, begin_of, day_of
from ..errors import DataError
from ..features.kept_season import kept_season
from ..features.season import read_season
from ..log.prepare import prepare
from ..log.prepared import Prepared
from ..model.saved import load_model
from ..model.trained import Trained
from ..serving.profiler import Profiler, check_known
from .outputs import never_an_input

MODEL = "runs/profile.npz"


class Joined(argparse.Action):
    """An option whose value is a list joined by commas: given again, it goes on."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option: Any = None) -> None:
        given = getattr(namespace, f"{self.dest} given", None)
        values = values if given is None else f"{given},{values}"
        setattr(namespace, self.dest, values)
        setattr(namespace, f"{self.dest} given", values)


def add_log_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        action="append",
        help="an event log: a file, a folder, a 'glob', an archive, a database, - for standard "
        "input; given again, a further file of it; default: the shipped Online Retail log",
    )
    parser.add_argument("--format", help="the format of --data, if it is not recognised")
    parser.add_argument(
        "--columns",
        action=Joined,
        help="where the columns are not recognised: user=…,item=…,time=… and, if there, "
        "session, kind, quantity, price or amount, text",
    )
    add_reading_options(parser)
    parser.add_argument("--table", help="of a database; default: its only one")
    parser.add_argument("--query", help="SQL that reads the log from a database")
    parser.add_argument(
        "--no-cache", action="store_true", help="read the log anew, and keep no prepared copy"
    )
    parser.add_argument("--user-features", help="a CSV file: customer, then side features")
    parser.add_argument(
        "--keep-duplicates",
        action="store_true",
        help="a line that repeats another in every column is a second purchase, as on receipts of "
        "tills that ring pieces one by one; else it is left out and counted",
    )
    parser.add_argument(
        "--keep-charges",
        action="store_true",
        help="leave postage and other charges among the items, as published figures do",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoding", help="of the text, such as gb18030; default: guessed")
    parser.add_argument(
        "--date-format",
        help="how times are written, if it is not seen: day-first, month-first, excel, yyyymmdd, "
        "s, ms, us, ns or a pattern such as %%d.%%m.%%Y",
    )


def add_model_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default=MODEL, help=f"the saved model; default: {MODEL}")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Of a command that trains and can be stopped."""
    parser.add_argument("--overwrite", action="store_true", help="replace a saved model")
    parser.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    parser.add_argument(
        "--exact", action="store_true", help="under mpiexec: the bits of one process"
    )


def place_of_run(options: argparse.Namespace, epochs: int | None) -> Path:
    """Where the checkpoint of a run stands, beside its model, until that is written.

    Says so if a run goes on for other epochs than it began with. Raises OSError before any work if
    a file is in the way or cannot be written, FileFormatError for a damaged checkpoint.
    """
    checkpoint = Path(options.model).with_suffix(".training.npz")
    for path in (options.model, checkpoint):
        never_an_input(options, path, "--model")
    goes_on = options.resume and checkpoint.exists()
    keep_existing(options.model, options.overwrite or goes_on, "--model")
    go_on = "--resume to go on with it"
    keep_existing(checkpoint, options.overwrite or options.resume, "--model", go_on)
    writable(options.model)
    if goes_on:
        began = Checkpoint(checkpoint).run.get("epochs", epochs)
        if began != epochs:
            was, now = (f"--epochs {e}" if e else "no --epochs" for e in (began, epochs))
            print(
                f"The run began with {was} and goes on with {now}: from here its learning rate "
                "falls by the new number."
            )
    return checkpoint


def end_run(checkpoint: Path) -> None:
    """The model is written, by rank 0: its checkpoint goes."""
    if world().rank == 0:
        checkpoint.unlink(missing_ok=True)


def add_date_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", help="look from this day, YYYY-MM-DD; default: the log's end")


def load_log(options: argparse.Namespace) -> Prepared:
    data = options.data
    return prepare(
        data[0] if data and len(data) == 1 else data,
        options.format,
        mapping=named_pairs("--columns", options.columns),
        encoding=options.encoding,
        date_format=options.date_format,
        table=options.table,
        query=options.query,
        user_features=options.user_features,
        keep_charges=options.keep_charges,
        keep_duplicates=options.keep_duplicates,
        keep=not options.no_cache,
    )


def named_pairs(option: str, text: str | None, value: str = "column") -> dict[str, str] | None:
    """What an option such as --columns user=customer,item=sku says. Raises DataError if unclear."""
    if text is None:
        return None
    parts = [[part.strip() for part in pair.partition("=")] for pair in text.split(",")]
    if not all(all(part) for part in parts):
        raise DataError(f"{option} must be name={value} pairs joined by commas, not {text!r}.")
    names = [name for name, _, _ in parts]
    if len(set(names)) < len(names):
        raise DataError(f"{option} gives a name twice: {text!r}; give each once.")
    return {name: given for name, _, given in parts}


def load_profiler(options: argparse.Namespace) -> tuple[Prepared, Trained, Profiler]:
    """The model first: it is quick to read, and its faults should show before the log is read."""
    trained = load_model(options.model)
    log = load_log(options)
    season = read_season if options.no_cache else kept_season
    profiler = Profiler(trained, log.sessions, season)
    tell_unknown(profiler)
    return log, trained, profiler


def tell_unknown(profiler: Profiler) -> None:
    """Say how many items of the log the model has never met.

    Raises DataError where they are most of what happened: the model is of another shop.
    """
    unknown = profiler.unknown_items
    if not unknown:
        return
    history = profiler.history
    share = float((history.item < len(history.items)).mean()) if len(history.item) else 0.0
    check_known(share)
    some = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
    print(f"{len(unknown):,} items of the log are not known to the model, read as unknown: {some}")


def item_texts(log: Prepared, profiler: Profiler) -> list[str]:
    """The text of each item of the model, its id where the log has none."""
    text_of = dict(zip(log.sessions.events.items, log.texts))
    return [text_of.get(item) or item for item in profiler.spec.items]


def moment_of(options: argparse.Namespace, profiler: Profiler) -> int:
    """The moment that --date names, midnight at its begin, or the end of the log."""
    if options.date is None:
        return profiler.now
    moment = begin_of(options.date, "--date")
    first = int(profiler.history.start.min())
    if not first < moment <= profiler.now + 366 * DAY:
        raise DataError(
            f"--date {options.date} is outside the log, which begins on {day_of(first)} and may be "
            "looked at until a year after its end."
        )
    return moment
