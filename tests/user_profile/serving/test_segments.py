"""Segments find groups that were planted, whatever the seed, and say what each buys."""

import numpy as np
import pytest
from user_profile.features.history import read_history
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.categories import Categories
from user_profile.log.clusters import adjusted_rand
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.serving.facts import read_facts
from user_profile.serving.profiler import Profiler
from user_profile.serving.segment_names import name_of
from user_profile.serving.segments import find_segments, member_rows, segment_rows
from user_profile.training.loop import train

from tests.user_profile.shop_log import DAY, make_events

GROUPS = 4  # of 15 customers each: how often, how late, how much, and what they buy


def planted():
    rng, rows = np.random.default_rng(0), []
    for customer in range(60):
        group = customer % GROUPS
        orders, last, money = ((12, 390, 20), (12, 150, 20), (3, 390, 300), (3, 150, 300))[group]
        for number in range(orders):
            day = last - number * (10 if orders > 5 else 40) + int(rng.integers(3))
            for item in rng.choice(6, 3, replace=False) + 6 * group:
                row = (f"c{customer}", f"s{customer}-{number}", f"i{item}", "purchase", day * DAY)
                rows.append((*row, 1, money * rng.uniform(0.9, 1.1), f"thing {item}"))
    return sorted(rows, key=lambda row: row[4])


@pytest.fixture(scope="module")
def profiler():
    sessions = group_sessions(make_events(planted()))
    code = np.array([int(item[1:]) // 6 for item in sessions.events.items], np.int32)
    categories = Categories(code, ("mugs", "signs", "lamps", "cards"), {})
    split = split_last_sessions(sessions, kind="purchase")
    settings = Settings(epochs=1, embed_dim=8)
    return Profiler(train(sessions, split, categories, settings, score=mean_ndcg), sessions)


@pytest.mark.slow
def test_planted_groups_are_found_by_every_seed(profiler):
    users = np.arange(60)
    truth = np.array([int(name[1:]) % GROUPS for name in profiler.history.users])
    for seed in (0, 1):
        found = find_segments(profiler, users, profiler.now, seed=seed)
        assert len(found.segments) == GROUPS
        assert adjusted_rand(found.label, truth[found.users]) == 1
        assert found.agreement == found.halves[GROUPS] == 1
    names = [one.name for one in found.segments]
    assert len(set(names)) == GROUPS
    for code, one in enumerate(found.segments):
        group = truth[found.users[found.label == code]][0]
        category = profiler.spec.category_names[group]
        assert one.size == 15
        assert one.categories[0][0] == category
        assert category in one.name
        assert ("large orders" in one.name) == (group >= 2)
        assert all(profiler.spec.category[item] == group for item in one.items)


def test_rows_for_files(profiler):
    found = find_segments(profiler, np.arange(60), profiler.now)
    rows = segment_rows(profiler, found, list(profiler.spec.items))
    assert sum(row["customers"] for row in rows) == len(member_rows(profiler, found)) == 60
    assert sum(row["revenue_share"] for row in rows) == pytest.approx(1, abs=1e-3)


def test_names_say_what_is_so_whatever_the_others_do():
    """Everybody comes weekly, some twice as often: nobody has lapsed or came once."""
    rows = []
    for customer in range(40):
        step = 7 if customer % 2 else 14
        for number in range(20):
            row = (f"c{customer}", f"s{customer}-{number}", "i1", "purchase", -number * step * DAY)
            rows.append((*row, 1, 10.0 * (1 + customer % 2), "thing"))
    facts = read_facts(
        read_history(group_sessions(make_events(sorted(rows, key=lambda r: r[4])))), 1
    )
    for odd in (0, 1):
        mine = np.arange(40) % 2 == odd
        assert name_of(facts, -facts.last / DAY, mine, [], []).startswith("active, often, ")
    one = facts._replace(orders=np.ones(40), first=facts.last)
    late = np.where(mine, 100.0, 1.0)
    assert name_of(one, late, mine, [], []).startswith("lapsed, once")


def test_a_handful_of_customers_is_one_segment(profiler):
    found = find_segments(profiler, np.arange(3), profiler.now)
    assert [one.size for one in found.segments] == [3]


def test_agreement_of_groupings():
    ours = np.array([0, 0, 1, 1, 2, 2])
    assert adjusted_rand(ours, np.array([2, 2, 0, 0, 1, 1])) == 1
    assert adjusted_rand(ours, np.array([0, 1, 0, 1, 0, 1])) < 0
    # Hubert and Arabie's index by pairs: 2 of 15 pairs are together in both, 3 and 4 in each.
    assert adjusted_rand(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 2])) == (
        pytest.approx((2 - 3 * 4 / 15) / (3.5 - 3 * 4 / 15))
    )


def test_who_comes_often_buys_of_a_category_sooner(profiler):
    users, moments = np.arange(60), np.full(60, profiler.now)
    returned, interest = np.full(60, 0.5), np.full((60, 2), [0.2, 1.0])
    buys = profiler.buys_within(users, moments, returned, interest)
    assert (buys[:, 0] >= 0.5 * 0.2 - 1e-12).all()
    assert buys[:, 1] == pytest.approx(np.full(60, 0.5))
    often = [int(name[1:]) % GROUPS < 2 for name in profiler.history.users]
    assert buys[often, 0].mean() > buys[~np.array(often), 0].mean()
