"""Rules beside the network: what they count, how they are weighed, and that they are saved."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from user_profile.sequences import Recommender, load_model, save_model
from user_profile.sequences.data import Histories
from user_profile.sequences.features import UserFeatures
from user_profile.sequences.recommender import Trained
from user_profile.sequences.rules import learn_rules
from user_profile.sequences.settings import Settings
from user_profile.sequences.start import new_model

ROWS = [[0, 1, 2], [0, 1], [3, 0, 2]]


def rules(weight=1.0):
    past = Histories(np.concatenate(ROWS), np.cumsum([0, *(len(row) for row in ROWS)]))
    return dataclasses.replace(learn_rules(past, 5), weight=weight)


def test_followers_count_by_one_over_their_distance():
    want = np.zeros((5, 5))
    for row in ROWS:
        for i in range(len(row)):
            for j in range(i + 1, len(row)):
                want[row[i], row[j]] += 1 / (j - i)
    np.testing.assert_allclose(rules().follows.toarray(), want)


def test_scores_start_from_the_latest_items():
    follows = rules().follows.toarray()
    found = follows[1] + follows[0] / 2  # 1 is the latest, 0 the one before
    want = 2.0 * np.log(found / found.sum() + 10 / 5)
    np.testing.assert_allclose(rules(2.0).scores([np.array([0, 1])])[0], want, rtol=1e-6)


def test_rules_of_the_last_item_are_a_markov_chain():
    past = Histories(np.concatenate(ROWS), np.cumsum([0, *(len(row) for row in ROWS)]))
    chain = dataclasses.replace(learn_rules(past, 5, "last item"), weight=1.0)
    want = np.zeros((5, 5))
    for row in ROWS:
        for one, then in pairwise(row):
            want[one, then] += 1
    np.testing.assert_allclose(chain.follows.toarray(), want)
    here, elsewhere = chain.scores([np.array([3, 0]), np.array([1, 2, 0])])
    assert np.array_equal(here, elsewhere)


def test_without_a_rule_every_item_scores_the_same():
    scores = rules().scores([np.array([], dtype=int), np.array([4])])
    assert np.ptp(scores) == 0
    assert np.isfinite(scores).all()


def test_only_the_strongest_followers_are_kept(monkeypatch):
    monkeypatch.setattr("user_profile.sequences.rules._FOLLOWERS", 1)
    kept = rules().follows.toarray()
    assert (np.count_nonzero(kept, axis=1) <= 1).all()
    assert kept[0, 1] == 2.0  # by item 1 twice; item 2 has 1 and 1/2


@pytest.fixture
def trained():
    settings = Settings(embed_dim=8, hidden_dim=8).fitted(5, 10)
    model = new_model(5, 0, settings)
    items = ("a", "b", "c", "d", "e")
    return Trained(model, items, UserFeatures([]), settings, [], rules(3.0))


def test_the_recommender_adds_them_unless_told_not_to(trained):
    both, alone = Recommender(trained), Recommender(trained, rules=False)
    assert both.recommend(["d"], 1).items == ["a"]  # a follows d, and nothing else directly
    row, state = [np.array([3])], np.ones((1, 8), np.float32)
    np.testing.assert_allclose(
        both._scores(state, row) - alone._scores(state, row), trained.rules.scores(row),
        rtol=1e-4, atol=1e-5,
    )  # fmt: skip
    assert alone.name == "network alone"


def test_they_are_saved_with_the_model(trained, tmp_path):
    save_model(tmp_path / "m.npz", trained)
    loaded = load_model(tmp_path / "m.npz").rules
    assert (loaded.weight, loaded.recent) == (3.0, 10)
    np.testing.assert_array_equal(loaded.follows.toarray(), trained.rules.follows.toarray())
