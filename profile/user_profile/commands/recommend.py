"""recommend: next purchases of a customer, or of all."""

import argparse
from typing import Any

import numpy as np

from ..errors import DataError
from ..serving.allowed import Allowed, read_stock
from ..serving.applications import recommend
from .answers import check_positive, give
from .asking import add_asking, read_query
from .named_ids import known_ids


def add_command(commands: Any) -> None:
    suggest = commands.add_parser("recommend")
    suggest.set_defaults(run=run_recommend)
    suggest.add_argument("customer", nargs="?", help="default: all customers")
    suggest.add_argument("--top", type=int, default=10, help="items a customer; default: 10")
    novelty = suggest.add_mutually_exclusive_group()
    novelty.add_argument("--new-only", action="store_true", help="what they never bought")
    novelty.add_argument("--repeat-only", action="store_true", help="what they bought before")
    novelty.add_argument(
        "--new-at-least", type=int, default=0, metavar="N",
        help="of the list, what they never bought: the last places are kept for it",
    )  # fmt: skip
    suggest.add_argument(
        "--items", help="a file of the items to choose from, such as those in stock: an id a line"
    )
    add_asking(suggest)


def run_recommend(options: argparse.Namespace) -> int:
    check_positive("--top", options.top)
    if not 0 <= options.new_at_least <= options.top:
        raise DataError(
            f"--new-at-least must be between 0 and --top, {options.top}, "
            f"not {options.new_at_least}."
        )
    stock = None if options.items is None else read_stock(options.items)
    query = read_query(options)
    chosen: np.ndarray | None = None
    if stock is not None:
        known = query.profiler.spec.items
        there = known_ids(stock, known, options.items)
        if not there:
            raise DataError(
                f"The model knows none of the items of {options.items}, so that there is nothing "
                f"to choose from; give ids such as {known[0]!r}."
            )
        chosen = np.isin(known, list(there.values()))
    allowed = Allowed(chosen, not options.repeat_only, not options.new_only, options.new_at_least)
    if options.customer is not None and not query.known:
        print(f"Nothing is known of {options.customer} by then: these are everybody's answers.")
    rows = recommend(
        query.profiler, query.users, query.moment, query.texts, options.top, allowed=allowed
    )
    return give(options, rows)
