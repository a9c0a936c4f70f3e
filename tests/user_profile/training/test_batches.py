"""A batch is made from its own customers alone, whatever stands beside them, and few are kept."""

import numpy as np
import pytest
from user_profile.features.featurizer import Featurizer, Queries
from user_profile.features.history import History, read_history
from user_profile.features.moments import training_moments
from user_profile.model.settings import Settings
from user_profile.training import questions
from user_profile.training.questions import fit_spec, training_batches, training_targets

from ..shop_log import make_categories, make_sessions


@pytest.fixture(scope="module")
def shop():
    sessions = make_sessions(customers=60)
    history, side = read_history(sessions), dict(sessions.events.user_features)
    targets = training_targets(history, np.ones(len(history.user), bool), 48)
    spec = fit_spec(history, targets, make_categories(sessions), side)
    return Featurizer(history, spec, side), targets


def arrays_of(part):
    if isinstance(part, np.ndarray):
        return [part]
    return [array for one in part for array in arrays_of(one)] if isinstance(part, (list, tuple)) \
        else []  # fmt: skip


@pytest.fixture
def looked_at(monkeypatch):
    """The sessions of every history that is searched."""
    found, search = [], History.known_sessions

    def known_sessions(self, users, as_of):
        found.append(len(self.user))
        return search(self, users, as_of)

    monkeypatch.setattr(History, "known_sessions", known_sessions)
    return found


def test_a_batch_reads_its_own_customers_alone(shop, looked_at):
    featurizer, targets = shop
    moments = training_moments(featurizer.history, to_the_end=True)
    packs = training_batches(featurizer, targets, Settings(questions=24), moments)
    sessions = np.diff(featurizer.history.user_offsets)
    assert len(packs) > 5
    for batch in packs:
        assert max(looked_at) <= sessions[batch.users].sum()
        looked_at.clear()


def test_who_stands_in_a_batch_in_which_order_does_not_matter(shop):
    featurizer, _ = shop
    users, end = np.array([31, 4, 17]), featurizer.history.last_moment + 1
    asked = np.array([4, 17, 17, 31])
    times = np.full(4, end) - np.array([0, 0, 40 * 86_400, 0])
    turned, plain = (
        featurizer.batch(order, Queries(asked, times, asked, times))
        for order in (users, np.sort(users))
    )
    np.testing.assert_array_equal(turned.users[turned.question.customer], asked)
    np.testing.assert_array_equal(plain.users[plain.moment.customer], asked)
    for name in ("known", "context", "pair_features", "pair_item"):
        np.testing.assert_array_equal(getattr(turned.question, name), getattr(plain.question, name))
    seen = np.arange(plain.question.age.shape[1]) <= plain.question.known[:, None]
    np.testing.assert_array_equal(turned.question.age[seen], plain.question.age[seen])
    np.testing.assert_array_equal(turned.side[np.argsort(users)], plain.side)


@pytest.mark.parametrize("room", [0, 1 << 30])
def test_batches_are_the_same_kept_or_made_again(shop, monkeypatch, room):
    featurizer, targets = shop
    once = list(training_batches(featurizer, targets, Settings(questions=24)))
    monkeypatch.setattr(questions, "_KEPT", room)
    packs = training_batches(featurizer, targets, Settings(questions=24))
    for _ in range(2):
        for one, other in zip(packs, once, strict=True):
            for mine, theirs in zip(arrays_of(one), arrays_of(other), strict=True):
                np.testing.assert_array_equal(mine, theirs)
    assert (packs[0] is packs[0]) == bool(room)
