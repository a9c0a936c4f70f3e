"""show: the profile of one customer, and why."""

import argparse
from typing import Any

from attention.files import write_text

from ..serving.report import describe_profile, profile_record, to_json
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    item_texts,
    load_profiler,
    moment_of,
)
from .outputs import PICTURE, add_output, save_figure


def add_command(commands: Any) -> None:
    show = commands.add_parser("show")
    show.set_defaults(run=run_show)
    show.add_argument("customer")
    add_output(show, "--plot", PICTURE, "draw the profile on one page")
    add_output(show, "--out", (".json",), "write the profile, without raw events")
    add_date_option(show)
    add_model_option(show)
    add_log_options(show)


def run_show(options: argparse.Namespace) -> int:
    log, _, profiler = load_profiler(options)
    user, texts = log.user(options.customer), item_texts(log, profiler)
    profile = profiler.profile(user, moment_of(options, profiler))
    print(describe_profile(profiler.history, profile, texts))
    if options.out:
        write_text(options.out, to_json(profile_record(profiler, profile, texts)))
    if options.plot:
        from ..serving.card import plot_card  # matplotlib takes a second to import

        save_figure(options.plot, plot_card(profiler, profile, texts))
        print(f"\nsaved to {options.plot}")
    return 0
