"""What commands that ask a saved model share: their options, and who is asked about when."""

import argparse
from typing import Any, NamedTuple

import numpy as np

from ..errors import DataError
from ..log.prepare import MOST_SESSIONS
from ..log.prepared import Prepared
from ..serving.profiler import Profiler
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    item_texts,
    load_profiler,
    moment_of,
)
from .outputs import TABLE, add_output


class Query(NamedTuple):
    """Customers and a moment, before a model that has read their log."""

    log: Prepared
    profiler: Profiler
    users: np.ndarray  # (U,)
    moment: int  # seconds

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
        if log.sessions.counts[user] >= MOST_SESSIONS:
            name = log.sessions.events.users[user]
            print(
                f"Of {name} the latest {MOST_SESSIONS} sessions are read, and no figure is of more."
            )
        return Query(log, profiler, np.array([user]), moment)
    everybody = np.arange(len(profiler.history.users))
    known = profiler.history.known_sessions(everybody, np.full(len(everybody), moment))
    if not known.any():
        raise DataError(f"Nobody was a customer before {options.date}; give a later --date.")
    profiler.encode_all(keep=not options.no_cache)
    return Query(log, profiler, everybody[known > 0], moment)
