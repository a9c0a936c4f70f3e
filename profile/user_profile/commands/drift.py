"""drift: how the interests of one customer changed."""

import argparse
from typing import Any

import numpy as np

from ..dates import day_of
from .answers import print_rows
from .asking import add_date_option, load_profiler, moment_of
from .log_options import add_log_options
from .model_options import add_model_option
from .outputs import PICTURE, TABLE, add_output, save_figure, write_rows

_SHOWN = 20  # sessions on the terminal, the latest


def add_command(commands: Any) -> None:
    drift = commands.add_parser("drift")
    drift.set_defaults(run=run_drift)
    drift.add_argument("customer")
    add_output(drift, "--plot", PICTURE, "draw the interests after each session")
    add_output(drift, "--out", TABLE, "write all rows")
    add_output(drift, "--bands", PICTURE, "draw those that moved most beside all customers'")
    add_date_option(drift)
    add_model_option(drift)
    add_log_options(drift)


def run_drift(options: argparse.Namespace) -> int:
    log, _, profiler = load_profiler(options)
    from ..serving.drift import interest_drift, plot_drift  # matplotlib takes a second to import

    found = interest_drift(profiler, log.user(options.customer), moment_of(options, profiler))
    names = profiler.spec.category_names
    rows = []
    for place, (moment, mix) in enumerate(zip(found.moments, found.mix)):
        best = np.argsort(-mix, kind="stable")[:3]
        moved = float(found.turnover[place - 1]) if place else 0.0
        rows.append(
            {
                "after": day_of(moment),
                "moved": moved,
                "mix": "; ".join(f"{names[c]} {mix[c]:.0%}" for c in best),
            }
        )
    print_rows(rows[-_SHOWN:])
    if len(rows) > _SHOWN:
        more = "" if options.out else "; --out writes all"
        print(f"the latest {_SHOWN} of {len(rows):,} sessions{more}")
    print(
        "mix: shares of what was bought, the latest counting most, drawn towards what all buy "
        "where little is known; "
        "moved: how much of it a session changed, from 0 to 1"
    )
    if options.out:
        write_rows(options.out, rows)
        print(f"{len(rows):,} rows written to {options.out}")
    if options.plot:
        ax, _ = plot_drift(profiler, found)
        save_figure(options.plot, ax.figure)
        print(f"saved to {options.plot}")
    if options.bands:
        from ..serving.drift_bands import crowd_of, plot_drift_bands

        save_figure(options.bands, plot_drift_bands(profiler, found, crowd_of(profiler, found)))
        print(f"saved to {options.bands}")
    return 0
