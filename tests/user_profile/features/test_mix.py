"""The mix of interests: shares and not sizes, and what is cancelled is taken out."""

import numpy as np
import pytest
from user_profile.features.history import read_history
from user_profile.features.mix import purchase_mix
from user_profile.features.season import read_season
from user_profile.log.sessions import group_sessions

from tests.user_profile.shop_log import DAY, make_events

CATEGORY = {"i0": 0, "i1": 0, "i2": 1, "i3": 1}


def mix_of(*sessions, every=True):
    """The mix after each of (kind, items) or (kind, items, pieces), a day apart."""
    rows = [
        (f"c{n}", f"o{n}", item, "purchase", 0, 1, 1.0, item)  # what is usual
        for n in range(2, 99)
        for item in CATEGORY
    ]
    for day, (kind, items, *pieces) in enumerate(sessions, start=1):
        for item in items:
            amount = pieces[0] if pieces else 2
            rows.append(("c1", f"s{day}", item, kind, day * DAY, amount, 1.0, item))
    grouped = group_sessions(make_events(rows))
    history = read_history(grouped)
    category = np.array([CATEGORY[item] for item in history.items])
    known = np.arange(1, len(sessions) + 1)
    user = history.users.index("c1")
    return purchase_mix(history, read_season(history), category, 2, user, known)


def test_shares_count_and_not_sizes():
    few = mix_of(("purchase", ["i0", "i2"]), ("purchase", ["i0", "i2"]))
    many = mix_of(("purchase", ["i0", "i2"]), ("purchase", ["i0", "i1", "i2", "i3"]))
    assert few[-1] == pytest.approx([0.5, 0.5])
    assert many[-1] == pytest.approx([0.5, 0.5])


def test_it_follows_what_is_bought_and_sums_to_one():
    mix = mix_of(*[("purchase", ["i0", "i1"])] * 2, *[("purchase", ["i2", "i3"])] * 4)
    assert mix.sum(1) == pytest.approx(np.ones(6))
    assert (np.diff(mix[1:, 1]) > 0).all()
    assert mix[1, 0] > 0.5 > mix[-1, 0]


def test_what_is_cancelled_is_as_if_never_bought():
    bought = ("purchase", ["i2", "i3"])
    back = mix_of(bought, ("purchase", ["i0", "i1"]), ("cancellation", ["i0", "i1"]))
    never = mix_of(bought)
    assert back[-1] == pytest.approx(never[-1], abs=0.01)  # but for what is usual
    assert back[1, 0] > back[2, 0]
    half = mix_of(bought, ("purchase", ["i0", "i1"]), ("cancellation", ["i0", "i1"], 1))
    assert back[2, 0] < half[2, 0] < half[1, 0]


def test_a_cancellation_takes_the_latest_purchase_first():
    mix = mix_of(
        ("purchase", ["i0"]), ("purchase", ["i2"]), ("purchase", ["i0"]), ("cancellation", ["i0"])
    )
    assert mix[3, 0] < mix[2, 0]
    assert mix[3, 1] > mix[1, 1] - 0.2  # the first purchase of i0 stays
    assert mix[3, 0] > 0.3
