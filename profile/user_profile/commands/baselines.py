"""`python -m user_profile baselines [FILE]`: the table a model has to beat, on any log.

Without a file: the shipped retail log, next-session protocol. Logs of baskets get the same;
logs of single items (ratings, SASRec text) get leave-one-out.
"""

import argparse
from collections.abc import Collection
from typing import Any

from ..baselines.lineup import rivals_of_rows, rivals_of_sessions
from ..judging.compare import compare
from ..judging.leave_one_out import compare_leave_one_out
from ..log.clean import charges_of, clean_events
from ..log.events import Events
from ..log.readers import FORMATS, read_events
from ..log.sessions import group_sessions, single_event_sessions
from ..log.split import split_last_sessions
from .log_options import add_reading_options, reading_of
from .waiting import Waiting


def add_command(commands: Any) -> None:
    command = commands.add_parser("baselines")
    command.set_defaults(run=run_baselines)
    command.add_argument("file", nargs="?", help="a log; the shipped retail log if left out")
    command.add_argument("--format", choices=FORMATS, help="recognised if left out")
    add_reading_options(command)
    command.add_argument("--products-only", action="store_true", help="leave out postage, fees …")
    command.add_argument("--sampled", type=int, metavar="N", help="also rank against N items")


def run_baselines(options: argparse.Namespace) -> int:
    events, report = read_events(options.file, options.format, **reading_of(options))
    print(report)
    if "purchase" in events.kinds:
        _next_session(events, charges_of(report.format) if options.products_only else ())
    else:
        _leave_one_out(events, options.sampled)
    return 0


def _next_session(events: Events, charges: Collection[str]) -> None:
    events, report = clean_events(events, charges)
    print(report, end="\n\n")
    sessions = group_sessions(events.of_kind("purchase"))
    targets = split_last_sessions(sessions).test
    title = f"Last session of {len(targets):,} customers, {len(events.items):,} items ranked"
    print(compare(rivals_of_sessions(), sessions, targets, title=title, on_block=Waiting()))


def _leave_one_out(events: Events, sampled: int | None) -> None:
    sessions = single_event_sessions(events)
    targets = split_last_sessions(sessions).test
    for negatives in [None] if sampled is None else [None, sampled]:
        table = compare_leave_one_out(
            rivals_of_rows(), sessions, targets, negatives=negatives, on_block=Waiting()
        )
        print(table)
