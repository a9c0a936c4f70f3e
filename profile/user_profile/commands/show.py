"""show: the profile of one customer, and why."""

import argparse
from pathlib import Path
from typing import Any

from attention.files import write_text

from ..serving.export import profile_rows
from ..serving.facts import fact_row
from ..serving.report import describe_profile, next_columns, profile_record, to_json
from .asking import add_asking, read_query
from .outputs import PICTURE, add_output, save_figure, write_rows


def add_command(commands: Any) -> None:
    show = commands.add_parser("show")
    show.set_defaults(run=run_show)
    show.add_argument("customer")
    add_output(show, "--plot", PICTURE, "draw the profile on one page")
    add_output(show, "--sessions", PICTURE, "draw the latest sessions side by side")
    add_asking(show, out="write the profile, without raw events")


def run_show(options: argparse.Namespace) -> int:
    query = read_query(options)
    profiler, texts, user = query.profiler, query.texts, int(query.users[0])
    items = profiler.spec.items
    profile, facts = profiler.profile(user, query.moment), profiler.facts(query.moment)
    print(
        describe_profile(
            profiler.history, profile, texts, facts=facts, decisions=profiler.decisions
        )
    )
    if options.out or options.plot or options.sessions:
        print()
    if options.out:
        if Path(options.out).suffix.lower() == ".json":
            write_text(options.out, to_json(profile_record(profiler, profile, texts, facts)))
        else:
            (row,) = profile_rows(profiler, query.users, query.moment)
            write_rows(options.out, [row | fact_row(facts, user) | next_columns(profile, items)])
        print(f"saved to {options.out}")
    if options.plot:
        from ..serving.card import plot_card  # matplotlib takes a second to import

        save_figure(options.plot, plot_card(profiler, profile, texts))
        print(f"saved to {options.plot}")
    if options.sessions:
        from ..serving.session_pictures import plot_sessions

        figure = plot_sessions(profiler, profile)
        save_figure(options.sessions, figure)
        print(f"saved to {options.sessions}")
    return 0
