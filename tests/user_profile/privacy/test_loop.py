"""Clipping and noise do what the accountant assumes, and the training loop does nothing else."""

import math
from dataclasses import replace

import numpy as np
import pytest
from user_profile.features.featurizer import Featurizer, Queries
from user_profile.features.history import read_history
from user_profile.features.moments import training_moments
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.split import split_last_sessions
from user_profile.model.loss import Loss
from user_profile.model.saved import load_model, save_model
from user_profile.model.settings import Settings
from user_profile.model.trained import Trained, new_model
from user_profile.privacy.accountant import epsilon_spent
from user_profile.privacy.alone import split_customers
from user_profile.privacy.clipping import customer_gradients
from user_profile.privacy.loop import Privacy, guarantee, read_customers, train_private
from user_profile.training.loop import train
from user_profile.training.questions import training_batches, training_targets

from attention.layers.parameter import ParameterBuffer
from tests.user_profile.shop_log import make_categories, make_sessions

SMALL = Settings(epochs=2, embed_dim=8, lr=0.01, dropout=0.1, seed=3)
REPEATABLE = Privacy(noise_multiplier=0.8, sample_rate=0.25, noise_seed=5)


@pytest.fixture(scope="module")
def sessions():
    return make_sessions(customers=20)


@pytest.fixture(scope="module")
def split(sessions):
    return split_last_sessions(sessions, kind="purchase")


@pytest.fixture(scope="module")
def customers(sessions, split):
    return read_customers(sessions, split, make_categories(sessions), SMALL)


@pytest.fixture
def learner(customers):
    """A fresh loss and the buffer of its parameters."""
    loss = Loss(new_model(customers.spec, SMALL))
    return loss, ParameterBuffer(loss.parameters())


def flat(value, path=""):
    """The arrays of a nest of tuples and lists, by path."""
    if isinstance(value, np.ndarray):
        return {path: value}
    names = getattr(value, "_fields", range(len(value)))
    parts = [flat(part, f"{path}.{name}") for name, part in zip(names, value, strict=True)]
    return {name: array for part in parts for name, array in part.items()}


def test_a_batch_taken_apart_is_what_reading_each_customer_alone_gives(sessions, split, customers):
    history = read_history(sessions)
    featurizer = Featurizer(history, customers.spec, dict(sessions.events.user_features))
    targets = training_targets(history, split.train, SMALL.most_per_customer)
    moments = training_moments(history)
    batches = training_batches(featurizer, targets, SMALL, moments)
    assert max(len(batch.users) for batch in batches) > 1
    alone = [one for batch in batches for one in split_customers(batch)]
    assert len(alone) == sum(len(batch.users) for batch in batches)
    for one in alone:
        user = int(one.users[0])
        part = targets.take(np.flatnonzero(targets.user == user))
        met = moments.user == user
        asked = Queries(part.user, part.time, moments.user[met], moments.time[met])
        read = featurizer.batch(one.users, asked, one.labels)
        got, expected = flat(one), flat(read)
        assert got.keys() == expected.keys()
        for name, array in got.items():
            assert np.array_equal(array, expected[name]), name
        assert (one.labels.item == part.item).all()
        assert (one.labels.question == np.repeat(np.arange(len(part)), np.diff(part.offsets))).all()
        assert len(one.labels.levels) == len(part)
        assert len(one.labels.returned) == met.sum()
    assert {len(one.moment.known) for one in alone} > {0}


def test_the_mean_of_customers_is_the_gradient_of_the_batch(sessions, split, learner):
    """Where everyone asks one question and no moment, both are the same mean."""
    loss, buffer = learner
    history = read_history(sessions)
    once = Settings(embed_dim=8, most_per_customer=1)
    customers = read_customers(sessions, split, make_categories(sessions), once)
    featurizer = Featurizer(history, customers.spec, dict(sessions.events.user_features))
    targets = training_targets(history, split.train, 1)
    nobody = np.zeros(0, np.int64)
    labels_of = {int(one.users[0]): one.labels for one in customers.batches}
    chosen = np.unique(targets.user)[:6]
    rows = np.flatnonzero(np.isin(targets.user, chosen))
    part = targets.take(rows)
    nothing = np.zeros(0, np.int64)
    together = featurizer.batch(
        chosen,
        Queries(part.user, part.time, nobody, nobody),
        labels_of[int(chosen[0])]._replace(
            question=np.repeat(np.arange(len(part)), np.diff(part.offsets)),
            item=part.item.astype(np.int64),
            levels=np.concatenate([labels_of[user].levels for user in chosen.tolist()]),
            returned=nothing, cancelled=nothing, spend=nothing,
        ),
    )  # fmt: skip
    gradients = [
        g.copy() for g in customer_gradients(loss, buffer, split_customers(together), None)
    ]
    assert len(gradients) == 6
    buffer.zero_grad()
    _, saved = loss.forward(together)
    loss.backward(1.0, saved)
    assert np.mean(gradients, axis=0) == pytest.approx(buffer.grad, rel=1e-3, abs=1e-6)


def test_a_customer_has_no_part_in_the_gradient_of_another(customers, learner):
    loss, buffer = learner
    first, second, third = customers.batches[:3]

    def gradients(*batches):
        rng = np.random.default_rng(0)
        return [g.copy() for g in customer_gradients(loss, buffer, batches, rng)]

    assert np.array_equal(gradients(first, second)[0], gradients(first, third)[0])


def test_several_customers_in_one_batch_are_refused(sessions, split, customers, learner):
    history = read_history(sessions)
    featurizer = Featurizer(history, customers.spec, dict(sessions.events.user_features))
    nobody = np.zeros(0, np.int64)
    batch = featurizer.batch(np.array([1, 2]), Queries(nobody, nobody, nobody, nobody))
    with pytest.raises(ValueError, match="batch of 2 customers"):
        list(customer_gradients(*learner, [batch], np.random.default_rng(0)))


@pytest.mark.slow
def test_the_log_holds_what_the_accountant_says(customers):
    count, taken = len(customers.batches), []
    for steps in (None, 3):
        privacy = replace(REPEATABLE, steps=steps)
        trained = train_private(customers, SMALL, privacy, on_step=lambda *of: taken.append(of))
        (cost,) = trained.log
        total = steps or 8  # two epochs of a rate of a quarter
        assert taken[-total:] == [(step, total) for step in range(1, total + 1)]
        spent = epsilon_spent(0.8, 0.25, total, 1 / (10 * count))
        assert (cost["epsilon"], cost["delta"]) == (spent.epsilon, spent.delta)
        assert (cost["steps"], cost["customers"]) == (total, count)
        assert "loss" not in cost
        assert f"({spent.epsilon:.2f}, " in guarantee(trained)
    assert len(taken) == 8 + 3


@pytest.mark.slow
def test_a_noise_seed_repeats_a_run_and_none_does_not(customers):
    def state(privacy):
        return train_private(customers, SMALL, privacy).model.state_dict()

    first, again = state(REPEATABLE), state(REPEATABLE)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    fresh = Privacy(noise_multiplier=0.8, sample_rate=0.25)
    one, other = state(fresh), state(fresh)
    assert not any(np.array_equal(one[name], other[name]) for name in one if one[name].size > 50)


@pytest.mark.slow
def test_without_noise_there_is_learning_and_no_guarantee(customers):
    silent = Privacy(noise_multiplier=0.0, sample_rate=1.0, clip=1e6, noise_seed=0)
    longer = Settings(epochs=12, embed_dim=8, lr=0.02, dropout=0.0, seed=3)

    def loss_of(model):
        return np.mean([float(Loss(model).forward(one)[0]) for one in customers.batches])

    trained = train_private(customers, longer, silent)
    assert loss_of(trained.model) < 0.9 * loss_of(new_model(customers.spec, longer))
    assert guarantee(trained).startswith("no privacy guarantee")


def test_validation_and_test_are_not_looked_at(sessions, split):
    blind = split._replace(validation=None, test=None)
    customers = read_customers(sessions, blind, make_categories(sessions), SMALL)
    assert train_private(customers, SMALL, REPEATABLE).log


def test_a_delta_that_promises_nothing_is_refused_before_training(customers):
    with pytest.raises(ValueError, match="delta must be below 1 / "):
        train_private(customers, SMALL, Privacy(delta=0.5), on_step=lambda *_: pytest.fail("late"))


def test_the_guarantee_is_saved_with_the_model(customers, tmp_path):
    trained = train_private(customers, SMALL, REPEATABLE)
    save_model(tmp_path / "model.npz", trained)
    assert guarantee(load_model(tmp_path / "model.npz")) == guarantee(trained)


def test_an_ordinary_model_promises_nothing(sessions, split):
    ordinary = train(
        sessions, split, make_categories(sessions), Settings(epochs=1, embed_dim=8), score=mean_ndcg
    )
    assert guarantee(ordinary) is None
    assert guarantee(Trained(ordinary.model, ordinary.spec, ordinary.settings)) is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"noise_multiplier": -1.0}, "noise_multiplier"),
        ({"noise_multiplier": math.inf}, "noise_multiplier"),
        ({"clip": 0.0}, "clip"),
        ({"sample_rate": 0.0}, "sample_rate"),
        ({"sample_rate": 1.1}, "sample_rate"),
        ({"steps": 0}, "steps"),
        ({"delta": 1.0}, "delta"),
    ],
)
def test_settings_without_sense_are_refused(wrong, named):
    with pytest.raises(ValueError, match=named):
        Privacy(**wrong)
