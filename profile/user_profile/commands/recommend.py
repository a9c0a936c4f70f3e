"""recommend: next purchases of a customer, or of all."""

import argparse
from typing import Any

import numpy as np

from ..log.ids import matched
from ..serving.allowed import Allowed, read_stock
from ..serving.applications import recommend
from .answers import check_positive, give
from .asking import add_asking, read_query


def add_command(commands: Any) -> None:
    suggest = commands.add_parser("recommend")
    suggest.set_defaults(run=run_recommend)
    suggest.add_argument("customer", nargs="?", help="default: all customers")
    suggest.add_argument("--top", type=int, default=10, help="items a customer; default: 10")
    novelty = suggest.add_mutually_exclusive_group()
    novelty.add_argument("--new-only", action="store_true", help="what they never bought")
    novelty.add_argument("--repeat-only", action="store_true", help="what they bought before")
    suggest.add_argument(
        "--items", help="a file of the items to choose from, such as those in stock: an id a line"
    )
    add_asking(suggest)


def run_recommend(options: argparse.Namespace) -> int:
    check_positive("--top", options.top)
    stock = None if options.items is None else read_stock(options.items)
    query = read_query(options)
    chosen: np.ndarray | None = None
    if stock is not None:
        known = query.profiler.spec.items
        there = matched(stock, known)
        chosen = np.isin(known, list(there.values()))
        otherwise = sum(item != given for given, item in there.items())
        said = f", {otherwise:,} of them written otherwise" if otherwise else ""
        print(f"{len(there):,} of the {len(stock):,} items of {options.items} are known{said}")
    allowed = Allowed(chosen, new=not options.repeat_only, repeated=not options.new_only)
    rows = recommend(
        query.profiler, query.users, query.moment, query.texts, options.top, allowed=allowed
    )
    return give(options, rows)
