"""target: the audience of an advertisement."""

import argparse
from typing import Any

from ..dates import day_of
from ..features.labels import HORIZON
from ..serving.audience import Audience, audience
from ..serving.report import describe_levels
from .answers import check_positive, give, print_rows
from .asking import add_asking, read_query
from .outputs import TABLE, add_output, write_rows


def add_command(commands: Any) -> None:
    target = commands.add_parser("target")
    target.set_defaults(run=run_target)
    target.add_argument("category", help="an interest category, or a part of its name")
    target.add_argument("--size", type=int, default=100, help="customers; default: 100")
    add_output(target, "--lift", TABLE, "write the expected lift of audiences of other sizes")
    add_asking(target)


def run_target(options: argparse.Namespace) -> int:
    check_positive("--size", options.size)
    query = read_query(options)
    found = audience(query.profiler, options.category, query.users, query.moment, options.size)
    print(describe(found))
    give(options, found.rows)
    print(describe_levels(query.profiler.decisions))
    print()
    print_rows(found.lift_rows())
    print(describe_earlier(found))
    if options.lift:
        write_rows(options.lift, found.lift_rows())
        print(f"written to {options.lift}")
    return 0


def describe_earlier(found: Audience) -> str:
    """How far what was said of such audiences came true, in one line."""
    if found.earlier is None:
        return "the log is too short to say how far such answers came true"
    return (
        f"said_then, true_then: asked on {day_of(found.earlier.date)} of "
        f"{found.earlier.customers:,} customers, and what the {HORIZON} days after showed; "
        "its interests the model has learned from those days too"
    )


def describe(found: Audience) -> str:
    """The expected precision of both kinds, beside that of all customers."""
    lines = [f"{len(found.rows)} customers for {found.category!r}"]
    if found.within is not None:
        lines.append(
            f"  come within 90 days and buy of it: {found.within:.1%} expected, of all customers "
            f"{found.within_of_all:.1%}"
        )
    lines.append(
        f"  buy of it in a session, of those who come: {found.in_session:.1%} expected, of all "
        f"customers {found.in_session_of_all:.1%}"
    )
    return "\n".join(lines)
