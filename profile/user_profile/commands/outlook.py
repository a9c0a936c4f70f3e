"""risk and retention: who cancels, and who returns, within 90 days."""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from ..serving.applications import Row, retention, risk
from ..serving.profiler import Profiler
from .answers import give
from .asking import add_asking, read_query


def add_command(commands: Any) -> None:
    for name, function in (("risk", run_risk), ("retention", run_retention)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("customer", nargs="?", help="default: all customers")
        add_asking(command)


def run_risk(options: argparse.Namespace) -> int:
    return _outlook(options, risk)


def run_retention(options: argparse.Namespace) -> int:
    return _outlook(options, retention)


def _outlook(
    options: argparse.Namespace, answer: Callable[[Profiler, np.ndarray, int], list[Row]]
) -> int:
    query = read_query(options)
    return give(options, answer(query.profiler, query.users, query.moment))
