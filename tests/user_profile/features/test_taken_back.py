"""What is taken back, by hand; and only by those who are asked late enough to know of it."""

import numpy as np
import pytest
from user_profile.features.batch import held_by_questions
from user_profile.features.featurizer import Featurizer, Queries
from user_profile.features.history import read_history
from user_profile.features.taken_back import left_of_sessions, taken_back
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.training.augment import augment
from user_profile.training.questions import fit_spec, training_targets

from tests.user_profile.shop_log import DAY, make_categories, make_events, make_sessions


@pytest.fixture(scope="module")
def history():
    sessions = [
        ("c1", "purchase", ["i0", "i1"], 2),
        ("c1", "purchase", ["i0"], 2),
        ("c2", "purchase", ["i0"], 5),
        ("c1", "cancellation", ["i0"], 3),
        ("c1", "cancellation", ["i2"], 1),  # never bought
        ("c2", "cancellation", ["i0"], 9),  # more than was bought
    ]
    rows = [
        (user, f"s{day}", item, kind, day * DAY, pieces, 1.0, item)
        for day, (user, kind, items, pieces) in enumerate(sessions)
        for item in items
    ]
    return read_history(group_sessions(make_events(rows)))


def test_pieces_leave_the_latest_purchase_first(history):
    back = taken_back(history, np.arange(len(history.item)))
    names = [history.items[item] for item in history.item[back.row]]
    bought_on = history.start[history.session[back.row]] // DAY
    cancelled_on = history.start[back.session] // DAY
    found = list(zip(names, bought_on.tolist(), cancelled_on.tolist(), back.share.tolist()))
    assert found == [
        ("i0", 1, 3, pytest.approx(1)),
        ("i0", 0, 3, pytest.approx(0.5)),
        ("i0", 2, 5, pytest.approx(1)),
    ]


def test_a_question_knows_of_what_had_ended(history):
    category = np.zeros(3, np.int64)
    user = np.array([0, 0, 1])
    known = np.array([2, 3, 2])  # before the cancellation, after it, after it
    sessions = np.arange(len(history.user))
    left = left_of_sessions(history, category, 1, user, known, sessions)
    found = zip(left.question.tolist(), left.place.tolist(), left.items.tolist())
    assert list(found) == [
        (1, 1, pytest.approx(1.5)),  # i1 whole, half of i0
        (1, 2, pytest.approx(0)),
        (2, 1, pytest.approx(0)),
    ]


def test_a_batch_holds_what_is_left(history):
    sessions = make_sessions()
    log = read_history(sessions)
    targets = training_targets(log, split_last_sessions(sessions).train, 99)
    categories = make_categories(sessions)
    side = dict(sessions.events.user_features)
    spec = fit_spec(log, targets, categories, side)
    users = np.unique(targets.user)
    nobody = np.zeros(0, np.int64)
    asked = Queries(targets.user, targets.time, nobody, nobody)
    batch = Featurizer(log, spec, side).batch(users, asked)
    net = held_by_questions(batch)
    gross = batch.held[batch.question.customer]
    assert (net <= gross).all()
    changed = np.unique(np.argwhere(net < gross)[:, 0])
    assert 0 < len(changed) < len(gross)
    cropped = augment(batch, np.random.default_rng(1), mask=0, reorder=0, crop=1.0)
    cut = batch.question.known - cropped.question.known
    moved = held_by_questions(cropped)
    for q in changed.tolist():
        known = int(cropped.question.known[q])
        assert np.array_equal(moved[q, 1 : 1 + known], net[q, 1 + cut[q] : 1 + cut[q] + known])
    assert Settings().crop == 0  # or training would not be what is tested here
