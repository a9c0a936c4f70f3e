"""A price left out is what the item sold for before, never what it sold for later."""

from dataclasses import replace

import numpy as np
from user_profile.features.history import read_history
from user_profile.log.clean import clean_events
from user_profile.log.prices import RunningMedian, fill_prices
from user_profile.log.sessions import group_sessions

from tests.user_profile.conftest import make_log


def priced(*prices, items="aaaaa", kinds=("purchase",)):
    rows = [("u", item, 100 * n, f"s{n}") for n, item in enumerate(items[: len(prices)])]
    return replace(make_log(rows, kinds), price=np.array(prices, float))


def test_the_median_of_the_items_earlier_prices():
    events, filled = fill_prices(priced(2, 8, 3, np.nan, 100))
    assert events.price.tolist() == [2, 8, 3, 3, 100]
    assert filled == 1


def test_an_item_never_sold_before_counts_as_all_items_did_and_the_first_row_stays_without():
    events, filled = fill_prices(priced(np.nan, 4, 6, np.nan, items="xabx"))
    assert np.isnan(events.price[0])
    assert (events.price[3], filled) == (5, 1)


def test_a_log_without_prices_and_views_stay_as_they_are():
    assert fill_prices(priced(np.nan, np.nan))[1] == 0
    views = priced(2, np.nan, kinds=("view", "purchase"))
    assert fill_prices(views)[1] == 0


def test_the_report_says_so_and_nothing_is_bought_for_nothing():
    events, report = clean_events(priced(2, 8, 3, np.nan))
    assert "without a price: 1 row, counted" in str(report)
    assert read_history(group_sessions(events)).spent.tolist() == [2, 8, 3, 3]


def test_the_running_median_is_the_median():
    rng, running, seen = np.random.default_rng(0), RunningMedian(), []
    for value in rng.integers(0, 9, 60).tolist():
        running.add(value)
        seen.append(value)
        assert running.median == np.median(seen)
