"""Augmentation hides, shuffles and cuts what it says, and leaves the rest alone."""

import numpy as np
import pytest
from user_profile.features.featurizer import Featurizer
from user_profile.features.history import read_history
from user_profile.log.split import split_last_sessions
from user_profile.model.loss import Loss
from user_profile.model.settings import Settings
from user_profile.model.trained import new_model
from user_profile.training.augment import augment
from user_profile.training.questions import fit_spec, training_batches, training_targets

from tests.user_profile.shop_log import make_categories, make_sessions

NONE = {"mask": 0.0, "reorder": 0.0, "crop": 0.0}


@pytest.fixture(scope="module")
def batch_and_loss():
    sessions = make_sessions(customers=20)
    history, side = read_history(sessions), dict(sessions.events.user_features)
    targets = training_targets(history, split_last_sessions(sessions, kind="purchase").train, 1)
    spec = fit_spec(history, targets, make_categories(sessions), side)
    featurizer = Featurizer(history, spec, side)
    batches = training_batches(featurizer, targets, Settings(questions=40))
    batch = max(batches, key=lambda batch: batch.question.known.max())
    return batch, Loss(new_model(spec, Settings(embed_dim=8)))


def test_nothing_is_changed_by_default(batch_and_loss):
    batch, _ = batch_and_loss
    assert augment(batch, np.random.default_rng(0), **NONE) is batch


def test_mask(batch_and_loss):
    batch, _ = batch_and_loss
    changed = augment(batch, np.random.default_rng(0), **{**NONE, "mask": 0.5}).behaviours
    hidden = changed.item == batch.season.shape[1]
    assert 0.3 < hidden.mean() < 0.7
    assert not changed.side[hidden].any()
    assert np.array_equal(changed.item[~hidden], batch.behaviours.item[~hidden])


def test_reorder_stays_within_a_session(batch_and_loss):
    batch, _ = batch_and_loss
    changed = augment(batch, np.random.default_rng(0), **{**NONE, "reorder": 1.0}).behaviours
    assert not np.array_equal(changed.place, batch.behaviours.place)
    for _, rows, real in batch.groups:
        for row, own in zip(rows, real):
            before, after = batch.behaviours.place[row[own]], changed.place[row[own]]
            assert sorted(before) == sorted(after)


def test_crop_equals_a_history_that_begins_later(batch_and_loss):
    batch, _ = batch_and_loss
    changed = augment(batch, np.random.default_rng(1), **{**NONE, "crop": 1.0})
    cut = batch.question.known - changed.question.known
    assert cut.max() > 0
    assert changed.question.known[batch.question.known > 0].min() >= 1
    for q, customer in enumerate(batch.question.customer):
        known = changed.question.known[q]
        kept = slice(cut[q], cut[q] + known)
        assert np.array_equal(changed.sequence[customer, :known], batch.sequence[customer, kept])
        assert changed.real[customer, :known].all()
        for ours, theirs in (
            (changed.held[customer], batch.held[customer]),
            (changed.question.age[q], batch.question.age[q]),
        ):
            assert np.array_equal(ours[1 : 1 + known], theirs[1:][kept])
            assert np.array_equal(ours[0], theirs[0])


def test_a_changed_batch_can_be_learned_from(batch_and_loss):
    batch, loss = batch_and_loss
    changed = augment(batch, np.random.default_rng(1), mask=0.2, reorder=0.5, crop=0.5)
    value, saved = loss.forward(changed)
    loss.backward(1.0, saved)
    assert np.isfinite(value)
    assert value != loss.forward(batch)[0]
