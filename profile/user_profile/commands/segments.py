"""segments: a handful of groups of customers, with names, sizes and what each buys."""

import argparse
from typing import Any

from ..errors import DataError
from ..serving.segments import SIZES, describe_columns, find_segments, member_rows, segment_rows
from ..serving.words import words_of
from .answers import give
from .asking import add_asking, read_query
from .outputs import TABLE, add_output, write_rows


def add_command(commands: Any) -> None:
    segments = commands.add_parser("segments")
    segments.set_defaults(run=run_segments)
    segments.add_argument(
        "--number", type=int, help=f"of segments; default: of {SIZES[0]} to {SIZES[-1]} the number "
        "that two halves of the customers agree on best",
    )  # fmt: skip
    segments.add_argument("--seed", type=int, default=0, help="of the search; default: 0")
    add_output(segments, "--members", TABLE, "write each customer's segment")
    add_asking(segments, out="write the table")


def run_segments(options: argparse.Namespace) -> int:
    number = options.number
    if number is not None and number < 2:
        raise DataError(f"--number must be 2 or more, not {number}.")
    query = read_query(options)
    sizes = SIZES if number is None else (number,)
    found = find_segments(query.profiler, query.users, query.moment, sizes=sizes, seed=options.seed)
    if number is not None and number not in found.halves:
        raise DataError(
            f"--number {number} is too many: a segment takes four customers who differ at least, "
            f"and {len(found.users):,} are asked about; give a smaller --number."
        )
    rows = segment_rows(query.profiler, found, query.texts)
    give(options, rows)
    if told := describe_columns(rows, words_of(query.profiler.history)):
        print(told)
    tried = ", ".join(f"{size}: {value:.2f}" for size, value in found.halves.items())
    print(f"agreement (adjusted Rand) with other seeds {found.agreement:.2f}", end="")
    print(f"; of two halves of the customers, by number of segments: {tried}" if tried else "")
    if options.members:
        members = member_rows(query.profiler, found)
        write_rows(options.members, members)
        print(f"{len(members):,} customers written to {options.members}")
    return 0
