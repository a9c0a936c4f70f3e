"""The command line's side: options of `train --private`, and the command `export-profiles`."""

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from attention.training import Progress

from ..errors import DataError
from ..log.categories import Categories
from ..log.prepared import Prepared
from ..model.settings import Settings
from ..model.trained import Trained
from ..privacy.loop import Privacy, read_customers, train_private
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


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Options of `train`. Those beside --private take effect with it alone."""
    private = parser.add_argument_group("private training")
    private.add_argument(
        "--private", action="store_true", help="clip each customer, add noise, report (ε, δ)"
    )
    private.add_argument(
        "--noise-multiplier",
        type=float,
        help="deviation of the noise over the clip; default: 1",
    )
    private.add_argument("--clip", type=float, help="of a customer's gradient; default: 1")
    private.add_argument(
        "--sample-rate",
        type=float,
        help=f"chance of a customer to take part in a step; default: {Privacy.sample_rate}",
    )
    private.add_argument("--steps", type=int, help="default: epochs / sample rate")
    private.add_argument("--delta", type=float, help="default: 1 / (10 · customers)")
    private.add_argument(
        "--noise-seed", type=int, help="repeatable noise, for study: who knows it can subtract it"
    )


def privacy_of(options: argparse.Namespace) -> Privacy | None:
    """What was asked for, None without --private. Raises ValueError for what makes no sense."""
    given = {f.name: getattr(options, f.name) for f in dataclasses.fields(Privacy)}
    given = {name: value for name, value in given.items() if value is not None}
    if options.private:
        return Privacy(**given)
    if given:
        option = "--" + next(iter(given)).replace("_", "-")
        raise DataError(f"{option} takes effect with --private alone; add it, or leave this out.")
    return None


def train_with_progress(
    privacy: Privacy,
    log: Prepared,
    categories: Categories,
    settings: Settings,
    item_vectors: np.ndarray | None = None,
    without: Sequence[str] = (),
) -> Trained:
    """Private training on a log, with a status line."""
    customers = read_customers(
        log.sessions, log.split(), categories, settings, item_vectors=item_vectors, without=without
    )
    total = privacy.total_steps(settings.epochs)
    progress = Progress(total, every=-(-total // 20))
    return train_private(
        customers, settings, privacy, on_step=lambda step, _: progress.show(step, "private step")
    )


def add_commands(commands: Any) -> None:
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
