"""What an audience says of itself: how it came true before, and by which rule a level is said."""

import numpy as np
import pytest
from user_profile.dates import DAY
from user_profile.features import moments
from user_profile.model.saved import load_model
from user_profile.serving.applications import retention
from user_profile.serving.audience import audience
from user_profile.serving.profiler import Profiler
from user_profile.serving.report import describe_bands, describe_levels


@pytest.fixture(scope="module")
def profiler(shop):
    return Profiler(load_model(shop[0]), shop[1])


def test_what_came_true_is_counted_in_the_log(profiler):
    everybody = np.arange(len(profiler.history.users))
    name = profiler.spec.category_names[0]
    found = audience(profiler, name, everybody, profiler.now, 5)
    history, date = profiler.history, moments.test_date(profiler.history)
    assert found.earlier.date == date
    users = moments.customers_at(history, np.array([date])).user.tolist()
    bought = set()
    for session in np.flatnonzero((history.start >= date) & (history.start < date + 90 * DAY)):
        rows = slice(*history.offsets[session : session + 2])
        if (history.bought[rows] & (profiler.spec.category[history.item[rows]] == 0)).any():
            bought.add(int(history.user[session]))
    assert found.earlier.customers == len(users)
    assert found.earlier.true[-1] == pytest.approx(len(bought & set(users)) / len(users))
    said = audience(profiler, name, np.array(users), date, 5)
    assert found.earlier.said[-1] == pytest.approx(said.within_of_all, abs=1e-6)


def test_levels_and_bands_follow_the_rule_that_is_told(profiler):
    medium, high = profiler.decisions.levels[0]
    told = describe_levels(profiler.decisions)
    assert f"{high:.0%} of high" in told
    assert f"{medium:.0%} of medium" in told
    everybody = np.arange(len(profiler.history.users))
    rows = audience(profiler, profiler.spec.category_names[0], everybody, profiler.now, 60).rows
    for row in rows:
        some = row["in_session"] >= medium
        said = ("low", "medium", "high")[int(some) + int(some and row["high"] >= high)]
        assert row["level"] == said
    assert f"{profiler.decisions.spend[0][1]:.0%} of high" in describe_bands(profiler.decisions)
    for row in retention(profiler, everybody, profiler.now):
        assert (row["spend"] == "nothing") == (row["returns"] < 0.5)
