"""What is held out reaches no training bit: disturb every row of it, and train the same model."""

from dataclasses import replace

import numpy as np
import pytest
from user_profile.features.history import read_history
from user_profile.features.moments import test_date as date_of_test
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.training.facts import SpecOptions
from user_profile.training.loop import train

from tests.user_profile.shop_log import make_categories, make_sessions

# One epoch: later ones are chosen by validation, which may look at what is held out for it.
SMALL = Settings(epochs=1, embed_dim=8, questions=16, seed=3)


@pytest.fixture(scope="module")
def sessions():
    return make_sessions(customers=40)


def learned(sessions, split, **options):
    categories = make_categories(sessions)
    trained = train(sessions, split, categories, SMALL, score=mean_ndcg, **options)
    bits = {f"parameters/{k}": v for k, v in trained.model.state_dict().items()}
    spec = trained.spec
    bits |= {"high": spec.thresholds.high, "item_side": spec.item_side}
    for name in ("context", "pair", "season"):
        bits |= {f"{name}/{k}": v for k, v in getattr(spec, name)._asdict().items()}
    return bits, trained


def disturbed(sessions, rows):
    events, rng = sessions.events, np.random.default_rng(0)
    changes = {
        "item": rng.permutation(events.item),
        "quantity": events.quantity * 7 + 1,
        "price": events.price * 3 + 1,
        "kind": 1 - events.kind,
    }
    other = {name: np.where(rows, new, getattr(events, name)) for name, new in changes.items()}
    return replace(sessions, events=replace(events, **other))


def same(ours, theirs, name):
    assert np.array_equal(ours[name], theirs[name]), name


@pytest.mark.slow
def test_held_out_sessions_reach_nothing_but_the_outlook(sessions):
    split = split_last_sessions(sessions, kind="purchase")
    held_out = ~split.train[sessions.session_of_row()]
    assert held_out.sum() > 100
    before, _ = learned(sessions, split)
    after, _ = learned(disturbed(sessions, held_out), split)
    for name in before:
        if not name.startswith("parameters/outlook"):  # it is split by date
            same(before, after, name)
    # and the disturbance is one: on rows of training the bits change
    changed, _ = learned(disturbed(sessions, ~held_out), split)
    assert not np.array_equal(changed["item_side"], before["item_side"])


@pytest.mark.slow
def test_what_is_trained_for_a_date_knows_nothing_after_it(sessions):
    date = date_of_test(read_history(sessions))
    late = sessions.end >= date
    kept = sessions.take(~late)
    split = split_last_sessions(kept, kind="purchase")
    rows = late[sessions.session_of_row()]
    before, first = learned(kept, split, options=SpecOptions(to_the_end=True))
    after, second = learned(
        disturbed(sessions, rows).take(~late), split, options=SpecOptions(to_the_end=True)
    )
    for name in before:
        same(before, after, name)
    for name in ("levels", "spend", "residuals"):
        same(vars(first.decisions), vars(second.decisions), name)


@pytest.mark.slow
def test_the_outlook_learns_of_dates_before_the_test_alone(sessions):
    split = split_last_sessions(sessions, kind="purchase")
    held_out = ~split.train[sessions.session_of_row()]
    late = sessions.time[sessions.session_of_row()] >= date_of_test(read_history(sessions))
    before, _ = learned(sessions, split)
    after, _ = learned(disturbed(sessions, held_out & late), split)
    for name in before:
        same(before, after, name)
