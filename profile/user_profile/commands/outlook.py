"""risk and retention: who cancels, and who returns, within 90 days."""

import argparse
from typing import Any

from ..serving.applications import retention, risk
from ..serving.report import describe_bands
from .answers import give
from .asking import add_asking, read_query


def add_command(commands: Any) -> None:
    for name, function in (("risk", run_risk), ("retention", run_retention)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("customer", nargs="?", help="default: all customers")
        add_asking(command)


def run_risk(options: argparse.Namespace) -> int:
    query = read_query(options)
    return give(options, risk(query.profiler, query.users, query.moment))


def run_retention(options: argparse.Namespace) -> int:
    query = read_query(options)
    give(options, retention(query.profiler, query.users, query.moment))
    if "spend" in query.profiler.decisions.taught:
        print(describe_bands(query.profiler.decisions))
    return 0
