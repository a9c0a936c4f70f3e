"""An answer that the log did not teach is not given: not printed, not exported, not ranked."""

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.features.labels import OutlookLabels, taught
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.events import PURCHASE
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.saved import load_model, save_model
from user_profile.model.settings import Settings
from user_profile.serving.applications import retention, risk
from user_profile.serving.export import profile_rows
from user_profile.serving.profiler import Profiler
from user_profile.serving.report import describe_profile, profile_record
from user_profile.training.loop import train

from ..shop_log import make_categories, make_events, make_rows


def profiler_of(path, days, cancels, prices, customers=60):
    rows = [row for row in make_rows(customers, days) if cancels or row[3] == PURCHASE]
    if not prices:
        rows = [(*row[:6], np.nan, row[7]) for row in rows]
    sessions = group_sessions(make_events(rows))
    split = split_last_sessions(sessions, kind=PURCHASE)
    settings = Settings(epochs=1, embed_dim=8)
    trained = train(sessions, split, make_categories(sessions), settings, score=mean_ndcg)
    save_model(path, trained)
    return Profiler(load_model(path), sessions)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "cancels", "prices", "expected"),
    [
        (500, True, True, {"returns", "cancels", "spend"}),
        (500, False, False, {"returns"}),
        (80, True, True, set()),
    ],
)
def test_only_what_the_log_taught_is_said(tmp_path, days, cancels, prices, expected):
    profiler = profiler_of(tmp_path / "m.npz", days, cancels, prices)
    names = {"returns": "returned", "cancels": "cancelled", "spend": "spend"}
    assert set(profiler.decisions.taught) == {names[name] for name in expected}
    profile = profiler.profile(3)
    words = describe_profile(profiler.history, profile, profiler.spec.items)
    said = {"returns": "buys again", "cancels": "cancels something", "spend": ", spend "}
    assert {name for name, text in said.items() if text in words} == expected
    assert ("teaches nothing" in words) == (len(expected) < 3)
    record = profile_record(profiler, profile, profiler.spec.items)
    assert {name.split("_")[0] for name in record if "90_days" in name} == expected
    row = profile_rows(profiler, np.array([3]), profiler.now)[0]
    assert {name.split(":")[0] for name in row} & set(said) == expected
    for name, function in (("cancels", risk), ("returns", retention)):
        if name in expected:
            assert ("spend" in function(profiler, np.array([3]), profiler.now)[0]) == (
                name == "returns" and "spend" in expected
            )
        else:
            with pytest.raises(DataError, match="teaches nothing"):
                function(profiler, np.array([3]), profiler.now)


def test_what_never_or_always_came_true_teaches_nothing():
    some, none = np.array([0, 1, 0]), np.zeros(3)
    assert taught(OutlookLabels(some, none, np.array([0, 5.0, 7]))) == ("returned", "spend")
    assert taught(OutlookLabels(none + 1, some, none)) == ("cancelled",)
