"""risk and retention: who cancels, and who returns, within 90 days."""

import argparse
from typing import Any

import numpy as np

from ..dates import day_of
from ..errors import DataError
from ..serving.applications import retention, risk
from ..serving.report import describe_bands
from .answers import give
from .asking import Query, add_asking, read_query


def add_command(commands: Any) -> None:
    for name, function in (("risk", run_risk), ("retention", run_retention)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("customer", nargs="?", help="default: all customers")
        add_asking(command)


def _read(options: argparse.Namespace) -> Query:
    """Raises DataError for somebody who had not come by then: nothing is learned of such."""
    query = read_query(options)
    moments = np.full(len(query.users), query.moment)
    if not query.profiler.history.known_sessions(query.users, moments).all():
        raise DataError(
            f"{options.customer} had not come before {day_of(query.moment)}, and nothing is "
            "learned of somebody who has not; give a later --date."
        )
    return query


def run_risk(options: argparse.Namespace) -> int:
    query = _read(options)
    return give(options, risk(query.profiler, query.users, query.moment))


def run_retention(options: argparse.Namespace) -> int:
    query = _read(options)
    give(options, retention(query.profiler, query.users, query.moment))
    if "spend" in query.profiler.decisions.taught:
        print(describe_bands(query.profiler.decisions))
    return 0
