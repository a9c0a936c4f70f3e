"""export-profiles: all profiles as levels and chances, without raw events."""

import argparse
from typing import Any

from ..serving.export import profile_rows
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    customers_at,
    load_profiler,
    moment_of,
)
from .outputs import TABLE, add_output, write_rows


def add_command(commands: Any) -> None:
    export = commands.add_parser("export-profiles")
    export.set_defaults(run=run_export)
    add_output(export, "--out", TABLE, "the file to write", required=True)
    add_date_option(export)
    add_model_option(export)
    add_log_options(export)


def run_export(options: argparse.Namespace) -> int:
    log, _, profiler = load_profiler(options)
    users = customers_at(options, log, profiler)
    rows = profile_rows(profiler, users, moment_of(options, profiler))
    write_rows(options.out, rows)
    print(f"{len(rows):,} profiles written to {options.out}; no event of the log is among them")
    return 0
