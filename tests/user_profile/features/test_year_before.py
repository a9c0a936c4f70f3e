"""How far forecasts of a year before were off, and what is made of it."""

import numpy as np
import pytest
from scipy.special import expit
from user_profile.dates import DAY
from user_profile.features.labels import HORIZON
from user_profile.features.year_before import (
    NO_MISSES,
    Misses,
    find_misses,
    shift_of_year,
)

DATES = np.arange(60) * 14 * DAY
LAST = int(DATES[-1]) + HORIZON * DAY  # when the answers of all dates are known


def season(date):
    return 0.8 * np.sin(2 * np.pi * date / (364 * DAY))


def asked(customers, shift, seed=0):
    """Dates, log-odds and what came true where log-odds lack `shift` of their date."""
    rng = np.random.default_rng(seed)
    date = np.repeat(DATES, customers)
    odds = rng.normal(-0.5, 1.0, len(date))
    return date, odds, rng.random(len(date)) < expit(odds + shift(date))


def test_a_shift_makes_the_chances_of_a_date_right_on_the_average():
    date, odds, came = asked(80, season)
    misses = find_misses(date, odds, came)
    np.testing.assert_array_equal(misses.date, DATES)
    for row, at in enumerate(DATES):
        here = date == at
        assert expit(odds[here] + misses.shift[row]).mean() == pytest.approx(came[here].mean())
    np.testing.assert_allclose(misses.shift, season(DATES), atol=5 * np.sqrt(misses.variance.max()))


def test_dates_of_one_answer_are_left_out():
    date, odds = np.repeat([1, 2, 3], 4), np.zeros(12)
    came = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0])
    assert find_misses(date, odds, came).date.tolist() == [3]
    assert find_misses(*np.zeros((3, 0))).date.size == 0


def test_a_season_comes_again():
    misses = find_misses(*asked(2000, season))
    moments = DATES[40:] + HORIZON * DAY
    found = shift_of_year(misses, np.repeat(moments, 2))[::2]
    np.testing.assert_allclose(found, season(moments), atol=0.15)
    assert np.abs(found).max() > 0.6


def test_where_no_season_is_seen_nothing_is_added():
    few, flat = find_misses(*asked(30, lambda date: 0.3)), DATES[40:] + HORIZON * DAY
    assert shift_of_year(few, flat).std() < few.shift.std() / 3  # chance alone
    exact = Misses(DATES, season(DATES) / 10, np.full(60, 0.1))
    assert not shift_of_year(exact, flat).any()  # less than chance explains


def test_a_short_log_and_a_far_moment_know_no_year_before():
    misses = find_misses(*asked(200, season))
    short = Misses(*(column[:19] for column in misses))
    assert not shift_of_year(short, DATES).any()
    assert not shift_of_year(misses, np.array([0, LAST + 400 * DAY])).any()
    assert shift_of_year(NO_MISSES, DATES).shape == DATES.shape
    assert shift_of_year(NO_MISSES, DATES[:0]).shape == (0,)


def test_answers_that_came_later_change_nothing():
    misses, moment = find_misses(*asked(200, season)), int(DATES[45]) + 3 * DAY
    later = misses.date + HORIZON * DAY > moment
    assert later.any()
    changed = misses._replace(shift=np.where(later, 9.0, misses.shift))
    before, after = (shift_of_year(m, np.array([moment])) for m in (misses, changed))
    assert before == after != 0
