"""Chances become words by rules that do best where they were chosen, and that agree."""

import numpy as np
import pytest
from user_profile.judging.interests import accuracy, macro_f1
from user_profile.model.decisions import amount, best_thresholds, decide, decide_band
from user_profile.model.outlook import Outlook, as_chances


def test_thresholds_are_the_best_of_the_grid():
    rng = np.random.default_rng(0)
    chances = rng.dirichlet((2, 1, 0.7), 300)
    actual = (rng.random(300)[:, None] > chances.cumsum(1)).sum(1)
    found = best_thresholds(chances, actual, steps=10)
    for score, pair in zip((macro_f1, accuracy), found):
        tried = [
            score(decide(chances, np.array((i, j)) / 10), actual)
            for i in range(10)
            for j in range(10)
        ]
        assert score(decide(chances, pair), actual) == pytest.approx(max(tried), abs=0.01)


def test_a_level_moves_by_one_step():
    near = np.array([[0.39, 0.22, 0.39], [0.38, 0.26, 0.36], [0.37, 0.26, 0.37]])
    assert len(set(decide(near, np.array([0.5, 0.3])).tolist())) == 1
    for high in np.linspace(0, 0.6, 61):  # the chance of low stays, that of high grows
        level = decide(np.array([0.4, 0.6 - high, high]), np.array([0.5, 0.3]))
        assert level == (2 if high >= 0.3 else 1)


def test_heads_agree():
    rng = np.random.default_rng(1)
    logits = [rng.normal(0, 2, (500, width)) for width in (2, 2, 3, 1)]
    chances = as_chances(Outlook(*logits))
    np.testing.assert_allclose(chances.spend.sum(1), 1)
    np.testing.assert_allclose(chances.spend[:, 0], 1 - chances.returned)
    band = decide_band(chances.returned, chances.spend, np.array([0.6, 0.4]))
    assert ((band == 0) == (chances.returned < 0.5)).all()
    middle = amount(chances.returned, chances.expected_log, np.linspace(-1, 1, 5), 0.5)
    assert ((middle > 0) == (chances.returned > 0.5)).all()


def test_amounts_are_quantiles_of_the_mixture():
    residuals = np.quantile(np.random.default_rng(2).normal(0, 1, 100_000), np.linspace(0, 1, 201))
    rng = np.random.default_rng(3)
    drawn = np.where(rng.random(200_000) < 0.7, np.exp(3 + rng.normal(0, 1, 200_000)), 0)
    for level in (0.1, 0.5, 0.9):
        said = amount(np.array([0.7]), np.array([3.0]), residuals, level)
        assert said == pytest.approx(np.quantile(drawn, level), rel=0.03, abs=1e-9)
