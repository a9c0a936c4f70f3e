"""Points of calibration and lift, by hand and from chances that are right."""

import numpy as np
import pytest
from user_profile.judging.curves import calibration_curve


def test_right_chances_lie_on_the_diagonal():
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    curve = calibration_curve(chance, rng.random(20_000) < chance)
    assert len(curve.said) == 10
    assert np.abs(curve.said - curve.true).max() < 0.03
    assert ((curve.low <= curve.said) & (curve.said <= curve.high)).sum() >= 8
    assert curve.error == pytest.approx(curve.by_chance, abs=0.006)


def test_bold_chances_do_not():
    rng = np.random.default_rng(0)
    true = rng.random(5_000)
    said = np.clip(2 * true - 0.5, 0, 1)
    curve = calibration_curve(said, rng.random(5_000) < true)
    assert curve.error > 4 * curve.by_chance
    assert curve.by_chance < curve.at_most < curve.error
    assert curve.true[0] > curve.high[0] - curve.low[0]


def test_a_bin_by_hand():
    curve = calibration_curve(np.array([0.31, 0.33, 0.9]), np.array([1, 0, 1]))
    assert curve.said.tolist() == pytest.approx([0.32, 0.9])
    assert curve.true.tolist() == [0.5, 1]
    assert curve.rows()[0]["customers"] == 2
    assert curve.low[0] == pytest.approx(0.0945, abs=1e-3)  # Wilson's, one of two


def test_a_shift_of_all_is_told_from_a_wrong_shape():
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 1.5, 20_000)
    came = rng.random(20_000) < 1 / (1 + np.exp(-odds))
    later = calibration_curve(1 / (1 + np.exp(-(odds - 0.5))), came)
    assert later.error > 0.05
    assert later.shifted < 0.01
    bold = calibration_curve(1 / (1 + np.exp(-2 * odds)), came)
    assert bold.shifted == pytest.approx(bold.error, abs=0.01)
