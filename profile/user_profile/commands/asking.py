"""What commands that ask a saved model share: their options, and who is asked about when."""

import argparse
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from ..dates import DAY, begin_of, day_of
from ..errors import DataError
from ..features.kept_season import kept_season
from ..features.moments import acted_before
from ..features.season import read_season
from ..log.prepare import MOST_SESSIONS
from ..log.prepared import Prepared
from ..model.saved import load_model
from ..model.trained import Trained
from ..serving.profiler import Profiler, check_known
from .log_options import add_log_options, load_log
from .model_options import add_model_option
from .outputs import TABLE, add_output


class Query(NamedTuple):
    """Customers and a moment, before a model that has read their log."""

    log: Prepared
    profiler: Profiler
    users: np.ndarray  # (U,)
    moment: int  # seconds

    @property
    def known(self) -> int:
        """Sessions that are known of the one customer who is named."""
        when = np.array([self.moment])
        return int(self.profiler.history.known_sessions(self.users[:1], when)[0])

    @property
    def texts(self) -> list[str]:
        return item_texts(self.log, self.profiler)


def add_asking(
    parser: argparse.ArgumentParser, *, out: str = "write all rows", **more: Any
) -> None:
    """--out of rows, --date, --model and the options of the log."""
    add_output(parser, "--out", TABLE, out, **more)
    add_date_option(parser)
    add_model_option(parser)
    add_log_options(parser)


def read_query(options: argparse.Namespace) -> Query:
    """The one customer who is named, or all who were customers at the moment of --date.

    Raises DataError if nobody was.
    """
    log, _, profiler = load_profiler(options)
    moment = moment_of(options, profiler)
    if getattr(options, "customer", None) is not None:
        user = log.user(options.customer)
        tell_cut(log.sessions.events.users[user], int(log.sessions.counts[user]))
        return Query(log, profiler, np.array([user]), moment)
    customers = acted_before(profiler.history, moment)
    if not len(customers):
        raise DataError(f"Nobody was a customer before {options.date}; give a later --date.")
    profiler.encode_all(keep=not options.no_cache)
    return Query(log, profiler, customers, moment)


def tell_cut(name: str, sessions: int) -> None:
    """Say so where of a customer only the latest sessions are read."""
    if sessions >= MOST_SESSIONS:
        print(
            f"Of {name} the latest {MOST_SESSIONS} sessions are read: no figure is of more, and "
            "forecasts of one who comes so often are not judged (one customer, or a till?)."
        )


def add_date_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", help="look from this day, YYYY-MM-DD; default: the log's end")


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
    """The text of each item of the model: behind its id where others bear the same text too, and
    its id alone where the log has none."""
    text_of = dict(zip(log.sessions.events.items, log.texts))
    borne = Counter(map(str.strip, log.texts))

    def named(item: str) -> str:
        text = text_of.get(item) or ""
        return text if borne[text.strip()] == 1 and text else f"{item} {text}".rstrip()

    return [named(item) for item in profiler.spec.items]


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
