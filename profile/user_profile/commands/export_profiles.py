"""export-profiles: all profiles as levels and chances, without raw events."""

import argparse
from typing import Any

from ..serving.export import profile_rows
from .asking import add_asking, read_query
from .outputs import write_rows


def add_command(commands: Any) -> None:
    export = commands.add_parser("export-profiles")
    export.set_defaults(run=run_export)
    add_asking(export, out="the file to write", required=True)


def run_export(options: argparse.Namespace) -> int:
    query = read_query(options)
    rows = profile_rows(query.profiler, query.users, query.moment)
    write_rows(options.out, rows)
    print(f"{len(rows):,} profiles written to {options.out}; no event of the log is among them")
    return 0
