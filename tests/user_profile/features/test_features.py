"""What the model may know: right by brute force, and blind to the moment and all after it."""

from dataclasses import replace

import numpy as np
import pytest
from user_profile.features import context, past_items
from user_profile.features.batch import group_by_length
from user_profile.features.history import read_history
from user_profile.features.item_side import first_sales, item_side
from user_profile.features.labels import (
    category_counts,
    counted_levels,
    high_thresholds,
    interest_levels,
    outlook_labels,
    spend_band,
)
from user_profile.features.moments import test_moments as moments_of_test
from user_profile.features.moments import training_moments
from user_profile.features.past_items import read_past_items
from user_profile.features.season import NAMES, read_season
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.serving.profiler import Profiler
from user_profile.training.loop import train
from user_profile.training.questions import training_targets

from tests.user_profile.shop_log import DAY, make_categories, make_events, make_rows, make_sessions

ROWS = make_rows()


@pytest.fixture(scope="module")
def sessions():
    return group_sessions(make_events(ROWS))


@pytest.fixture(scope="module")
def history(sessions):
    return read_history(sessions)


@pytest.fixture(scope="module")
def trained(sessions):
    split = split_last_sessions(sessions, kind="purchase")
    return train(
        sessions, split, make_categories(sessions), Settings(epochs=1, embed_dim=8), score=mean_ndcg
    )


def test_season_counts_the_days_before(history):
    season = read_season(history)
    day, item = np.argwhere(np.diff(season.sold, axis=0) > 0)[150] + (8, 0)
    begin = season.begin + day * DAY
    held = [
        (history.end[s], history.item[n])
        for s in range(len(history.user))
        for n in range(history.offsets[s], history.offsets[s + 1])
        if history.bought[n]
    ]
    before = [time for time, code in held if code == item and time < begin]
    fortnight = [time for time in before if time >= begin - 14 * DAY]
    assert season.sold[day, item] == len(before) > len(fortnight) > 0
    column = NAMES.index("sold in 14 days")
    assert season.features(np.array([day]))[0, item, column] == pytest.approx(
        np.log1p(len(fortnight))
    )
    assert season.last_sold[day, item] == (max(before) - season.begin) // DAY


def test_past_items_by_hand(history):
    season = read_season(history)
    user = int(np.argmax(np.diff(history.user_offsets)))
    first, end = history.user_offsets[user : user + 2]
    moment = int(history.start[end - 1])
    known = history.known_sessions(np.array([user]), np.array([moment]))
    past = read_past_items(history, season, np.array([user]), np.array([moment]), known)
    held = {}
    for session in range(first, first + known[0]):
        rows = slice(history.offsets[session], history.offsets[session + 1])
        for item, bought in zip(history.item[rows], history.bought[rows]):
            if bought:
                held.setdefault(int(item), []).append(session)
    assert past.item.tolist() == sorted(held)
    assert past.times.tolist() == [len(held[item]) for item in sorted(held)]
    assert past.session.tolist() == [held[item][-1] for item in sorted(held)]
    days = past.features[:, past_items.NAMES.index("days since")]
    expected = [(moment - history.start[held[item][-1]]) / DAY for item in sorted(held)]
    np.testing.assert_allclose(days, np.log1p(expected), rtol=1e-5)
    found = past_items.find_purchases(history, np.array([user]), np.array([moment]), known)
    named = past_items.how_bought(history, found)
    named |= past_items.how_sold(history, season, found, np.array([moment]))
    assert tuple(named) == past_items.NAMES
    for column, name in enumerate(past_items.NAMES):
        np.testing.assert_array_equal(past.features[:, column], named[name].astype(np.float32))


def test_context_by_hand(history):
    users = np.arange(len(history.users))
    moments = np.full(len(users), history.last_moment + DAY)
    known = history.known_sessions(users, moments)
    table = context.read_context(history, users, moments, known)
    for user in (0, 3, 17):
        own = np.arange(*history.user_offsets[user : user + 2])
        buying = own[history.purchase[own]]
        row = dict(zip(context.NAMES, table[user]))
        assert row["sessions"] == pytest.approx(np.log1p(len(buying)), rel=1e-5)
        assert row["cancellations"] == pytest.approx(np.log1p(len(own) - len(buying)), rel=1e-5)
        since = (moments[user] - history.end[buying[-1]]) / DAY
        assert row["days since the last session"] == pytest.approx(np.log1p(since), rel=1e-5)
        recent = buying[history.end[buying] >= moments[user] - 90 * DAY]
        assert row["sessions of the last 90 days"] == pytest.approx(np.log1p(len(recent)), rel=1e-5)


def test_known_sessions_have_ended(history):
    rng = np.random.default_rng(0)
    users = rng.integers(0, len(history.users), 200)
    moments = rng.choice(history.start, 200)
    for user, moment, known in zip(users, moments, history.known_sessions(users, moments)):
        ends = history.end[slice(*history.user_offsets[user : user + 2])]
        assert known == (ends < moment).sum()


def test_nothing_at_or_after_the_moment_changes_an_answer(sessions, trained):
    profiler = Profiler(trained, sessions)
    moment = int(np.median(sessions.time))
    users = np.arange(len(sessions.events.users))
    as_of = np.full(len(users), moment)
    scores, levels = profiler.score(users, as_of), profiler.levels(users, as_of)
    outlook = profiler.outlook(users, as_of)
    assert len(np.unique(scores[:, 0])) > 5  # customers differ: there is something to disturb

    events = sessions.events
    late = sessions.end[sessions.session_of_row()] >= moment
    rng = np.random.default_rng(0)
    changes = {
        "item": rng.permutation(events.item),
        "quantity": events.quantity * 7,
        "price": events.price + 1,
        "kind": 1 - events.kind,
    }
    disturbed = {k: np.where(late, v, getattr(events, k)) for k, v in changes.items()}
    other = Profiler(trained, group_sessions(replace(events, **disturbed)))
    assert np.array_equal(other.score(users, as_of), scores)
    assert np.array_equal(other.levels(users, as_of), levels)
    for ours, theirs in zip(other.outlook(users, as_of), outlook):
        assert np.array_equal(ours, theirs)


def test_training_asks_for_training_sessions_alone(sessions, history):
    split = split_last_sessions(sessions, kind="purchase")
    targets = training_targets(history, split.train, 48)
    held_out = np.concatenate([split.validation.session, split.test.session])
    assert not np.isin(targets.session, held_out).any()
    last = training_targets(history, split.train, 1)
    assert (np.bincount(last.user) <= 1).all()
    assert set(last.session) <= set(targets.session)


def test_training_answers_end_before_the_test_date(history):
    fit, test = training_moments(history), moments_of_test(history)
    assert len(fit.user)
    assert len(test.user)
    assert fit.time.max() + 90 * DAY <= test.time.min()
    assert test.time.max() + 90 * DAY <= history.last_moment + 1


def test_outlook_by_hand(history):
    moments = moments_of_test(history)
    labels = outlook_labels(history, *moments)
    for row in range(0, len(moments.user), 5):
        own = np.arange(*history.user_offsets[moments.user[row] : moments.user[row] + 2])
        begin = history.start[own]
        inside = own[(begin >= moments.time[row]) & (begin < moments.time[row] + 90 * DAY)]
        assert labels.returned[row] == history.purchase[inside].any()
        assert labels.cancelled[row] == (~history.purchase[inside]).any()
        spent = sum(
            history.spent[history.offsets[s] : history.offsets[s + 1]].sum()
            for s in inside
            if history.purchase[s]
        )
        assert labels.spend[row] == pytest.approx(spent)
    assert set(labels.returned) == {0, 1} == set(labels.cancelled)


def test_levels_and_bands():
    counts = np.array([[0, 1, 0], [3, 1, 0], [5, 0, 0], [1, 2, 0]])
    high = high_thresholds([counted_levels(counts[:2]), counted_levels(counts[2:])])
    assert high.tolist() == [3, 2, 2]  # one item is never high: medium would be empty
    levels = [[0, 1, 0], [2, 1, 0], [2, 0, 0], [1, 2, 0]]
    assert interest_levels(counts, high).tolist() == levels
    assert spend_band(np.array([0, 5, 10, 99]), np.array([10, 20])).tolist() == [0, 1, 2, 3]


def test_category_counts_leave_cancellations_out(history):
    category = np.zeros(len(history.items), int)
    cancelling = np.flatnonzero(~history.purchase)
    assert len(cancelling)
    assert not category_counts(history, category, 1, cancelling).any()


def test_an_unknown_item_is_read_as_one(history):
    sessions = make_sessions()
    known = sessions.events.items[:10]
    other = read_history(sessions, items=known)
    assert other.item.max() == 10
    season = read_season(other)
    assert season.sold.shape[1] == 10
    users = np.arange(len(other.users))
    moments = np.full(len(users), other.last_moment + 1)
    past = read_past_items(other, season, users, moments, other.known_sessions(users, moments))
    assert past.item.max() < 10


def test_groups_hold_each_sequence_once():
    lengths = np.array([3, 1, 40, 2, 3, 5, 41, 0])
    starts = np.cumsum(lengths) - lengths
    groups = group_by_length(starts, lengths, most_scores=4000)
    assert sorted(np.concatenate([g.sequences for g in groups])) == list(range(8))
    rows = np.concatenate([g.rows[g.real] for g in groups])
    assert sorted(rows) == list(range(lengths.sum()))
    for group in groups:
        assert group.real.sum(1).tolist() == lengths[group.sequences].tolist()
        assert len(group.sequences) == 1 or group.real.size * group.real.shape[1] <= 4000


def test_an_item_is_described_by_its_first_price(history):
    category = np.zeros(len(history.items), int)
    side = item_side([first_sales(history)], category, 1, None, ())
    rows = np.flatnonzero(history.item == 7)
    first = rows[np.argmin(history.end[history.session[rows]])]
    later = history.end[history.session] > history.end[history.session[first]]
    raised = replace(history, price=np.where(later & (history.item == 7), 9, history.price))
    assert later.any()
    assert np.array_equal(item_side([first_sales(raised)], category, 1, None, ()), side)
    without = item_side([first_sales(history)], category, 1, None, ("price", "text"))
    assert side.all(axis=1).any()
    assert not without.any()
