"""Training learns, repeats itself bit for bit, and what it saved comes back whole or not at all."""

import numpy as np
import pytest
from user_profile.baselines.outlook import forecasters
from user_profile.judging.evaluate import mean_ndcg
from user_profile.judging.faithfulness import judge_faithfulness
from user_profile.judging.interests import judge_interests
from user_profile.judging.outlook import judge_outlook
from user_profile.log.split import split_last_sessions
from user_profile.model.saved import load_model, save_model
from user_profile.model.settings import Settings
from user_profile.serving.profiler import Profiler
from user_profile.training.logistic import LogisticRegression
from user_profile.training.loop import train
from user_profile.training.scoring import ask

from attention.training import FileFormatError, load_arrays, save_arrays
from tests.user_profile.shop_log import make_categories, make_sessions

SMALL = Settings(epochs=4, embed_dim=8, questions=16, lr=0.01, seed=3)


@pytest.fixture(scope="module")
def sessions():
    return make_sessions(customers=40)


@pytest.fixture(scope="module")
def split(sessions):
    return split_last_sessions(sessions, kind="purchase")


@pytest.fixture(scope="module")
def trained(sessions, split):
    return train(sessions, split, make_categories(sessions), SMALL, score=mean_ndcg)


@pytest.fixture(scope="module")
def profiler(sessions, trained):
    return Profiler(trained, sessions)


def test_the_loss_falls_and_favourites_rise(trained, profiler, split):
    assert trained.log[-1]["loss"] < 0.95 * trained.log[0]["loss"]
    ranks = (-profiler.score(split.test.user, split.test.time)).argsort(1).argsort(1)
    row = np.repeat(np.arange(len(split.test)), np.diff(split.test.offsets))
    assert ranks[row, split.test.item].mean() < 8  # of 24 items; chance is 11.5


def test_the_same_seed_gives_the_same_bits(sessions, split, trained):
    again = train(
        sessions, split, make_categories(sessions), SMALL, score=mean_ndcg
    ).model.state_dict()
    for name, array in trained.model.state_dict().items():
        assert np.array_equal(array, again[name]), name


def test_the_best_epoch_is_kept(sessions, split, trained):
    from user_profile.training.scoring import validate

    best = max(end["validation"] for end in trained.log)
    profiler = Profiler(trained, sessions)
    assert validate(
        profiler.model, profiler.featurizer, split.validation, mean_ndcg
    ) == pytest.approx(best)


def test_training_stops_early(sessions, split):
    hopeless = Settings(epochs=9, patience=1, lr=1e-9, embed_dim=8, questions=64)
    assert len(train(sessions, split, make_categories(sessions), hopeless, score=mean_ndcg).log) < 9


def test_company_does_not_change_an_answer(profiler, split):
    users, times = split.test.user, split.test.time
    together = profiler.score(users, times)
    for row in (0, 7, 20):
        alone = profiler.score(users[row : row + 1], times[row : row + 1])
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-4, atol=1e-4)


def test_saved_and_read_back(tmp_path, trained, sessions, profiler, split):
    path = tmp_path / "model.npz"
    save_model(path, trained)
    again = load_model(path)
    assert again.settings == trained.settings
    assert again.spec.items == trained.spec.items
    scores = Profiler(again, sessions).score(split.test.user, split.test.time)
    assert np.array_equal(scores, profiler.score(split.test.user, split.test.time))


def test_a_damaged_model_is_refused(tmp_path, trained):
    path = tmp_path / "model.npz"
    save_model(path, trained)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileFormatError, match="cut short"):
        load_model(path)
    path.write_bytes(whole)
    arrays = load_arrays(path)
    save_arrays(path, {**arrays, "version": np.array(99)})
    with pytest.raises(FileFormatError, match="version 99"):
        load_model(path)
    save_arrays(path, {k: v for k, v in arrays.items() if k != "parameters/outlook.out.bias"})
    with pytest.raises(FileFormatError, match=r"outlook\.out\.bias"):
        load_model(path)
    for change, message in (
        ({"parameters/outlook.out.bias": np.full(8, np.nan, np.float32)}, "not finite"),
        ({"parameters/outlook.out.bias": np.zeros(8, int)}, "must hold f4, not int64"),
        ({"side": np.array("[]")}, "side must hold a JSON object, not a list"),
        ({"category": arrays["category"] + 99}, "a category that has no name"),
        ({"context/spread": np.ones(2, np.float32)}, "context/spread must have shape"),
        ({"settings": np.array('{"epochs": 1}')}, "settings have other names"),
    ):
        save_arrays(path, {**arrays, **change})
        with pytest.raises(FileFormatError, match=message):
            load_model(path)
    save_arrays(path, {"something": np.zeros(3)})
    with pytest.raises(FileFormatError, match="not a profile model"):
        load_model(path)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none.npz")


def test_a_profile_is_consistent(profiler, split):
    user, moment = int(split.test.user[3]), int(split.test.time[3])
    profile = profiler.profile(user, moment)
    scores = profiler.score(np.array([user]), np.array([moment]))[0]
    assert [s.item for s in profile.suggestions] == np.argsort(-scores, kind="stable")[:10].tolist()
    assert profile.evidence.shape == (3, profile.known)
    for interest in profile.interests:
        assert sum(interest.probabilities) == pytest.approx(1, rel=1e-5)
        assert all(profiler.history.end[s] < moment for s, _ in interest.sessions)
    bought = set()
    first = profiler.history.user_offsets[user]
    for session in range(first, first + profile.known):
        begin, end = profiler.history.offsets[session : session + 2]
        bought |= set(profiler.history.item[begin:end][profiler.history.bought[begin:end]])
    for suggestion in profile.suggestions:
        assert (suggestion.times > 0) == (suggestion.item in bought) == (suggestion.copied > 0)


def test_a_customer_before_the_first_session(profiler):
    first = int(profiler.history.start.min())
    profile = profiler.profile(5, first)
    assert profile.known == 0
    assert (profile.returns, profile.cancels, profile.spend, profile.value) == (
        None,
        None,
        (),
        None,
    )
    assert all(s.copied == 0 for s in profile.suggestions)


def test_heads_are_judged(profiler, split):
    interests = judge_interests(profiler, split.test, split.train, split.validation)
    assert 0 < interests["profile model, for accuracy"]["accuracy"] <= 1
    assert len(interests.verdicts) == 2
    tables = judge_outlook(profiler, forecasters(profiler.history))
    assert len(tables) == 4
    assert tables[0]["rate in training"]["AUC"] == 0.5


def test_faithfulness_is_measured(trained, sessions, split):
    table = judge_faithfulness(trained, sessions, split.test.user, split.test.time)
    assert table["next purchases"]["pointed at"] > 0
    assert table["an interest"]["at random"] > 0


def test_evidence_adds_up_and_points_at_what_was_held(profiler, split):
    users, times = split.test.user[:20], split.test.time[:20]
    for _, batch in ask(profiler.featurizer, users, times):
        _, saved = profiler.model.forward(batch)
        interests = saved.heads.interests
        added = profiler.model.evidence(batch, saved.heads)  # (q, C, S)
        read = interests.level.x[..., interests.width :]
        weight = profiler.model.interests.level.weight.data[interests.width :]
        said = read @ weight @ np.array([-1, 0.5, 0.5])
        np.testing.assert_allclose(added.sum(2), said, rtol=1e-4, atol=1e-5)
        held = batch.held[batch.question.customer][..., 1].transpose(0, 2, 1)  # (q, C, S)
        assert not added[held == 0].any()
        assert added[held > 0].any()


def test_logistic_regression_finds_the_odds():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2))
    chance = 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))
    said = LogisticRegression(x).fit((rng.random(4000) < chance).astype(int)).predict(x)[:, 1]
    assert np.abs(said - chance).mean() < 0.03
