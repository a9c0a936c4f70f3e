"""target: the audience of an advertisement."""

import argparse
from typing import Any

from ..serving.applications import audience
from .answers import check_positive, give
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
    target = commands.add_parser("target")
    target.set_defaults(run=run_target)
    target.add_argument("category", help="an interest category, or a part of its name")
    target.add_argument("--size", type=int, default=100, help="customers; default: 100")
    add_output(target, "--out", TABLE, "write all rows")
    add_date_option(target)
    add_model_option(target)
    add_log_options(target)


def run_target(options: argparse.Namespace) -> int:
    check_positive("--size", options.size)
    log, _, profiler = load_profiler(options)
    users, moment = customers_at(options, log, profiler), moment_of(options, profiler)
    found = audience(profiler, options.category, users, moment, options.size)
    print(
        f"{len(found.rows)} customers for {found.category!r}: of their coming sessions "
        f"{found.expected_precision:.1%} are expected to buy of it, of all customers' "
        f"{found.base_rate:.1%}"
    )
    return give(options, found.rows)
