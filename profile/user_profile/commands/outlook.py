"""risk and retention: who cancels, and who returns, within 90 days."""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

from ..serving.applications import Row, retention, risk
from ..serving.profiler import Profiler
from .answers import give
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    customers_at,
    load_profiler,
    moment_of,
)
from .outputs import TABLE, add_output


def add_command(commands: Any) -> None:
    for name, function in (("risk", run_risk), ("retention", run_retention)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("customer", nargs="?", help="default: all customers")
        add_output(command, "--out", TABLE, "write all rows")
        add_date_option(command)
        add_model_option(command)
        add_log_options(command)


def run_risk(options: argparse.Namespace) -> int:
    return _outlook(options, risk)


def run_retention(options: argparse.Namespace) -> int:
    return _outlook(options, retention)


def _outlook(
    options: argparse.Namespace, answer: Callable[[Profiler, np.ndarray, int], list[Row]]
) -> int:
    log, _, profiler = load_profiler(options)
    users = customers_at(options, log, profiler)
    return give(options, answer(profiler, users, moment_of(options, profiler)))
