"""shop-card: the shop as a whole, on one page."""

import argparse
from typing import Any

from ..dates import day_of
from ..judging.curves import calibration_table
from ..judging.shop import DAYS, read_shop
from ..serving.segments import describe_columns, segment_rows
from ..serving.words import words_of
from .answers import print_rows
from .asking import add_asking, read_query
from .outputs import PICTURE, add_output, save_figure, write_rows


def add_command(commands: Any) -> None:
    card = commands.add_parser("shop-card")
    card.set_defaults(run=run_shop_card)
    add_output(card, "--plot", PICTURE, "draw the shop on one page")
    add_asking(card, out="write the segments")


def run_shop_card(options: argparse.Namespace) -> int:
    query = read_query(options)
    profiler, texts = query.profiler, query.texts
    shop = read_shop(profiler, query.users, query.moment)
    rows = segment_rows(profiler, shop.segments, texts)
    print_rows(rows)
    if told := describe_columns(rows, words_of(profiler.history)):
        print(told)
    if shop.sold:
        words = words_of(profiler.history)
        print(
            f"\nmost {words.sold}: {words.order}s in the {DAYS} days before "
            f"{day_of(shop.moment)}, and in the {DAYS} before those"
        )
        print_rows(
            [
                {"item": texts[sold.item].strip(), "now": sold.now, "before": sold.before}
                for sold in shop.sold
            ]
        )
    if table := calibration_table(profiler):
        print(f"\nForecasts of {shop.judged}, whatever --date asks:\n{table}")
    for title, curve in shop.lift.items():
        print(f"{title}: the first tenth of the customers reaches {curve.reached[4]:.0%} of it")
    if options.out:
        write_rows(options.out, rows)
        print(f"segments written to {options.out}")
    if options.plot:
        from ..judging.shop_card import plot_shop  # matplotlib takes a second to import

        save_figure(options.plot, plot_shop(profiler, shop, texts))
        print(f"saved to {options.plot}")
    return 0
