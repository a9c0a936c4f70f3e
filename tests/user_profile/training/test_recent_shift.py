"""The shift of the latest weeks: found where it was made, and nowhere after them."""

import numpy as np
import pytest
from user_profile.features.history import read_history
from user_profile.features.labels import HORIZON
from user_profile.features.moments import customers_at
from user_profile.log.parts import LogParts
from user_profile.log.sessions import group_sessions
from user_profile.training.facts import Known
from user_profile.training.questions import training_targets
from user_profile.training.recent_shift import SPAN, recent_shift

from tests.user_profile.shop_log import DAY, make_events

LATEST, END = 180, 270  # days: of the last training date, and of its horizon


def shop(lately: float, after: float = 1.0, customers: int = 400):
    """Customers who come on one day in sixty, `lately` so many times as often."""
    rng = np.random.default_rng(0)
    rows = []
    for customer in range(customers):
        draws = rng.random(330)
        rate = np.full(330, 1 / 60)
        rate[END - SPAN : END] *= lately
        rate[END:] *= after
        days = [int(rng.integers(60)), *np.flatnonzero(draws < rate)]
        for day in sorted(set(days)):
            name = f"c{customer}"
            rows.append((name, f"s{customer}-{day}", "i0", "purchase", day * DAY, 1, 2.0, ""))
    history = read_history(group_sessions(make_events(rows)))
    moments = customers_at(history, np.arange(70, LATEST + 1, 55) * DAY)
    known = Known(history, history, training_targets(history, history.purchase, 1), {})
    return LogParts({0: known}), {0: moments}


def shift(lately: float, after: float = 1.0) -> float:
    return recent_shift(*shop(lately, after), np.zeros(0))


def test_a_shop_that_slows_down_is_seen_to():
    assert HORIZON + LATEST == END
    assert shift(0.5) < -0.4
    assert shift(2.0) > 0.4
    assert abs(shift(1.0)) < 0.2


def test_nothing_after_the_last_horizon_is_read():
    assert shift(0.5, after=9.0) == shift(0.5)


def test_noise_is_no_shift():
    assert recent_shift(*shop(1.0, customers=40), np.zeros(0)) == pytest.approx(0, abs=0.15)


def test_nobody_who_returns_gives_none():
    assert recent_shift(*shop(0.0), np.zeros(0)) == 0
