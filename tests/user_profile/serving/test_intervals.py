"""An interval of an amount is said with the share that it held for, where that was measured."""

from dataclasses import replace

import numpy as np
import pytest
from user_profile.features.labels import outlook_labels
from user_profile.features.moments import test_moments as moments_of_test
from user_profile.features.year_before import Misses
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.events import PURCHASE
from user_profile.log.split import split_last_sessions
from user_profile.model.decisions import AMOUNT_LEVELS, amount, decide_band
from user_profile.model.saved import load_model, save_model
from user_profile.model.settings import Settings
from user_profile.serving.profiler import Profiler
from user_profile.serving.report import describe_outlook, profile_record
from user_profile.training.loop import train

from ..shop_log import make_categories, make_sessions


@pytest.fixture(scope="module")
def shop():
    sessions = make_sessions(customers=120, days=420)
    split = split_last_sessions(sessions, kind=PURCHASE)
    settings = Settings(epochs=1, embed_dim=8)
    return sessions, train(sessions, split, make_categories(sessions), settings, score=mean_ndcg)


def test_what_is_kept_is_what_the_intervals_held_at_the_date_of_the_test(shop):
    sessions, trained = shop
    profiler, decisions = Profiler(trained, sessions), trained.decisions
    moments = moments_of_test(profiler.history)
    said, true = profiler.outlook(*moments), outlook_labels(profiler.history, *moments).spend
    low, _, high = (
        amount(said.returned, said.expected_log, decisions.residuals, level)
        for level in AMOUNT_LEVELS
    )
    band = decide_band(said.returned, said.spend, decisions.spend[0])
    for code, (held, customers) in enumerate(decisions.covered):
        assert customers == (band == code).sum()
        assert held == ((low <= true) & (true <= high))[band == code].sum()
    assert decisions.covered[:, 1].max() >= 30


def words_of(trained, sessions):
    """Of everybody, by the band that is said: the words, and the record that JSON holds."""
    profiler = Profiler(trained, sessions)
    everybody = [profiler.profile(user) for user in range(len(sessions.events.users))]
    records = [profile_record(profiler, p, profiler.spec.items) for p in everybody]
    return {
        profile.spend_band: (describe_outlook(profile), record["spend_amount_in_90_days"])
        for profile, record in zip(everybody, records)
    }


def test_the_card_says_the_share_that_was_measured(shop):
    sessions, trained = shop
    counts = np.array([[6, 40], [20, 40], [3, 29], [30, 40]], float)
    measured = replace(trained, decisions=replace(trained.decisions, covered=counts))
    words = words_of(measured, sessions)
    assert len(words) > 1
    for band, share in (("nothing", "15%"), ("low", "50%"), ("high", "75%")):
        if band in words:
            said, record = words[band]
            assert f"so it was for {share} of the 40 with this band" in said
            assert f"{record['held']:.0%}" == share
            assert record["low"] <= record["middle"] <= record["high"]
    said, record = words.get("medium", ("", {"middle": 0}))
    assert "between" not in said  # too few to say
    assert list(record) == ["middle"]


def test_an_older_model_knows_no_year_before(shop, tmp_path):
    _, trained = shop
    misses = Misses(np.array([3, 2_000_000_000]), np.array([0.25, -1]), np.array([0.5, 2]))
    save_model(tmp_path / "new.npz", replace(trained, spec=replace(trained.spec, misses=misses)))
    for ours, theirs in zip(load_model(tmp_path / "new.npz").spec.misses, misses, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with np.load(tmp_path / "new.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "misses"}
    np.savez(tmp_path / "old.npz", **arrays)
    assert not len(load_model(tmp_path / "old.npz").spec.misses.date)


def test_an_older_model_says_no_interval(shop, tmp_path):
    sessions, trained = shop
    save_model(tmp_path / "new.npz", trained)
    np.testing.assert_array_equal(
        load_model(tmp_path / "new.npz").decisions.covered, trained.decisions.covered
    )
    with np.load(tmp_path / "new.npz") as file:
        arrays = {name: file[name] for name in file.files if name != "decisions/covered"}
    np.savez(tmp_path / "old.npz", **arrays)
    for said, record in words_of(load_model(tmp_path / "old.npz"), sessions).values():
        assert "about" in said
        assert "between" not in said
        assert list(record) == ["middle"]
