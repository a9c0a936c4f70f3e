"""recommend: next purchases of a customer, or of all."""

import argparse
from typing import Any

from ..serving.applications import recommend
from .answers import check_positive, give
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    customers_at,
    item_texts,
    load_profiler,
    moment_of,
)
from .outputs import TABLE, add_output


def add_command(commands: Any) -> None:
    suggest = commands.add_parser("recommend")
    suggest.set_defaults(run=run_recommend)
    suggest.add_argument("customer", nargs="?", help="default: all customers")
    suggest.add_argument("--top", type=int, default=10, help="items a customer; default: 10")
    add_output(suggest, "--out", TABLE, "write all rows")
    add_date_option(suggest)
    add_model_option(suggest)
    add_log_options(suggest)


def run_recommend(options: argparse.Namespace) -> int:
    check_positive("--top", options.top)
    log, _, profiler = load_profiler(options)
    users, moment = customers_at(options, log, profiler), moment_of(options, profiler)
    return give(options, recommend(profiler, users, moment, item_texts(log, profiler), options.top))
