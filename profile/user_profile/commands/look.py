"""show, drift, recommend, target, risk, retention: a saved model at work."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from attention.files import write_text

from ..dates import day_of
from ..errors import DataError
from ..serving.applications import Row, audience, recommend, retention, risk
from ..serving.profiler import Profiler
from ..serving.report import describe_profile, profile_record, to_json
from .common import (
    add_date_option,
    add_log_options,
    add_model_option,
    customers_at,
    item_texts,
    load_profiler,
    moment_of,
    print_rows,
)
from .outputs import PICTURE, TABLE, add_output, save_figure, write_rows

_SHOWN = 20  # rows on the terminal; a file takes all


def add_commands(commands: Any) -> None:
    show = commands.add_parser("show")
    show.set_defaults(run=run_show)
    show.add_argument("customer")
    add_output(show, "--plot", PICTURE, "draw the profile on one page")
    add_output(show, "--out", (".json",), "write the profile, without raw events")

    drift = commands.add_parser("drift")
    drift.set_defaults(run=run_drift)
    drift.add_argument("customer")
    add_output(drift, "--plot", PICTURE, "draw the interests after each session")

    suggest = commands.add_parser("recommend")
    suggest.set_defaults(run=run_recommend)
    suggest.add_argument("customer", nargs="?", help="default: all customers")
    suggest.add_argument("--top", type=int, default=10, help="items a customer; default: 10")

    target = commands.add_parser("target")
    target.set_defaults(run=run_target)
    target.add_argument("category", help="an interest category, or a part of its name")
    target.add_argument("--size", type=int, default=100, help="customers; default: 100")

    for name, function in (("risk", run_risk), ("retention", run_retention)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("customer", nargs="?", help="default: all customers")
        add_output(command, "--out", TABLE, "write all rows")
        _common(command)
    for command in (suggest, target):
        add_output(command, "--out", TABLE, "write all rows")
    for command in (show, drift, suggest, target):
        _common(command)


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


def run_drift(options: argparse.Namespace) -> int:
    log, _, profiler = load_profiler(options)
    from ..serving.drift import interest_drift, plot_drift  # matplotlib takes a second to import

    found = interest_drift(profiler, log.user(options.customer), moment_of(options, profiler))
    names = profiler.vocabulary.category_names
    rows = []
    for place, (moment, chances) in enumerate(zip(found.moments, found.chances)):
        best = np.argsort(-chances, kind="stable")[:3]
        moved = float(found.turnover[place - 1]) if place else 0.0
        rows.append(
            {
                "after": day_of(moment),
                "moved": moved,
                "highest interests": "; ".join(f"{names[c]} {chances[c]:.0%}" for c in best),
            }
        )
    print_rows(rows)
    if options.plot:
        ax, _ = plot_drift(profiler, found)
        save_figure(options.plot, ax.figure)
        print(f"saved to {options.plot}")
    return 0


def run_recommend(options: argparse.Namespace) -> int:
    _positive("--top", options.top)
    log, _, profiler = load_profiler(options)
    users, moment = customers_at(options, log, profiler), moment_of(options, profiler)
    return _give(
        options, recommend(profiler, users, moment, item_texts(log, profiler), options.top)
    )


def run_target(options: argparse.Namespace) -> int:
    _positive("--size", options.size)
    log, _, profiler = load_profiler(options)
    users, moment = customers_at(options, log, profiler), moment_of(options, profiler)
    found = audience(profiler, options.category, users, moment, options.size)
    print(
        f"{len(found.rows)} customers for {found.category!r}: of their coming sessions "
        f"{found.expected_precision:.1%} are expected to buy of it, of all customers' "
        f"{found.base_rate:.1%}"
    )
    return _give(options, found.rows)


def run_risk(options: argparse.Namespace) -> int:
    return _outlook(options, risk)


def run_retention(options: argparse.Namespace) -> int:
    return _outlook(options, retention)


def _outlook(
    options: argparse.Namespace, answer: Callable[[Profiler, np.ndarray, int], list[Row]]
) -> int:
    log, _, profiler = load_profiler(options)
    users = customers_at(options, log, profiler)
    return _give(options, answer(profiler, users, moment_of(options, profiler)))


def _give(options: argparse.Namespace, rows: Sequence[Row]) -> int:
    print_rows(rows[:_SHOWN])
    if len(rows) > _SHOWN:
        print(f"… and {len(rows) - _SHOWN:,} more rows" + ("" if options.out else "; use --out"))
    if options.out:
        write_rows(options.out, rows)
        print(f"{len(rows):,} rows written to {options.out}")
    return 0


def _positive(name: str, value: int) -> None:
    if value < 1:
        raise DataError(f"{name} must be 1 or more, not {value}.")


def _common(command: argparse.ArgumentParser) -> None:
    add_date_option(command)
    add_model_option(command)
    add_log_options(command)
