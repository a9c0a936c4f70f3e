"""BG/NBD and gamma-gamma: published values, gradients, and parameters found again in made-up data.

On the CDNOW sample (2,357 customers, not shipped) the published fit is r = 0.243, α = 4.414,
a = 0.793, b = 2.426, log-likelihood −9,582.4; p = 6.25, q = 3.74, γ = 15.45.
"""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_law
from scipy.stats import gamma as gamma_law
from user_profile.baselines.outlook import forecasters
from user_profile.errors import DataError
from user_profile.features.bg_nbd import BgNbd
from user_profile.features.history import read_history
from user_profile.features.moments import test_moments as moments_of_test
from user_profile.features.moments import training_moments
from user_profile.features.visits import Visits, read_visits
from user_profile.training.gamma_gamma import GammaGamma

from tests.user_profile.shop_log import DAY, make_sessions

CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426)


def visits(*rows):
    return Visits(*np.array(rows, float).T)


def simulate(model, customers, age, rng):
    rate = rng.gamma(model.r, 1 / model.alpha, customers)
    leaves = rng.beta(model.a, model.b, customers)
    rows = []
    for speed, chance in zip(rate, leaves):
        time, count, last = 0.0, 0, 0.0
        while rng.random() >= chance or not count:  # nobody leaves at the first purchase
            time += rng.exponential(1 / speed)
            if time > age:
                break
            count, last = count + 1, time
        rows.append((count, last, age))
    return visits(*rows)


def test_the_published_example():
    assert CDNOW.expected(visits((2, 30.43, 38.86)), 39) == pytest.approx([1.226], abs=5e-4)
    value = GammaGamma(6.25, 3.74, 15.45)
    everybody = 6.25 * 15.45 / (3.74 - 1)  # 35.24, of who is not known
    assert value.expected(np.zeros(1), np.zeros(1)) == pytest.approx([everybody])
    assert everybody == pytest.approx(35.24, abs=0.005)


def test_the_likelihood_is_the_integral_that_it_closes():
    # P(x, recency, age | λ, p), integrated over λ and p by quadrature.
    model, (x, recency, age) = BgNbd(0.7, 3.0, 1.4, 2.0), (2, 5.0, 9.0)
    law = gamma_law(model.r, scale=1 / model.alpha)

    def over_rate(power, until):
        return quad(lambda z: z**power * np.exp(-z * until) * law.pdf(z), 0, np.inf)[0]

    p = beta_law(model.a, model.b)
    stays = quad(lambda z: (1 - z) ** x * p.pdf(z), 0, 1)[0] * over_rate(x, age)
    left = quad(lambda z: z * (1 - z) ** (x - 1) * p.pdf(z), 0, 1)[0] * over_rate(x, recency)
    seen = visits((x, recency, age))
    assert model.log_likelihood(seen) == pytest.approx([np.log(stays + left)])
    assert model.alive(seen) == pytest.approx([stays / (stays + left)])
    none = quad(lambda z: z**x * np.exp(-z * (age + 4)) * law.pdf(z), 0, np.inf)[0]
    returns = (1 - none / over_rate(x, age)) * stays / (stays + left)
    assert model.returns(seen, 4.0) == pytest.approx([returns])


def test_parameters_are_found_again():
    rng = np.random.default_rng(0)
    seen = simulate(BgNbd(0.8, 4.0, 0.9, 2.5), 6000, 40.0, rng)
    model = BgNbd().fit(seen)
    assert (model.r, model.alpha) == pytest.approx((0.8, 4.0), rel=0.1)
    assert model.a / (model.a + model.b) == pytest.approx(0.9 / 3.4, rel=0.1)
    best = model.log_likelihood(seen).sum()
    for name in ("r", "alpha", "a", "b"):  # a maximum: any step aside is worse
        for factor in (0.97, 1.03):
            other = BgNbd(model.r, model.alpha, model.a, model.b)
            setattr(other, name, getattr(model, name) * factor)
            assert other.log_likelihood(seen).sum() < best
    count = rng.integers(1, 8, 4000)
    scale = rng.gamma(4.0, 1 / 15.0, 4000)
    mean = rng.gamma(6.0 * count) / scale / count
    value = GammaGamma().fit(count, mean)
    assert (value.p, value.q, value.gamma) == pytest.approx((6, 4, 15), rel=0.15)


def test_many_purchases_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        many = visits((5000, 999.0, 1000.0))
        assert CDNOW.expected(many, 39) == pytest.approx([39 * 5], rel=0.1)
        assert 0.9 < CDNOW.returns(many, 39)[0] < 1
        assert BgNbd(0.5, 4, 1.0, 2).expected(many, 39) == pytest.approx(
            BgNbd(0.5, 4, 1 + 1e-5, 2).expected(many, 39), rel=1e-3
        )


def test_the_mean_over_quantiles_is_the_series_and_stands_in_for_it():
    seen = visits((2, 30.43, 38.86), (0, 0, 20), (40, 35, 36))
    for model in (CDNOW, BgNbd(0.7, 66, 2.0, 40)):
        series = model.expected(seen, 39) / model.alive(seen)
        assert model._over_quantiles(seen, 39) == pytest.approx(series, rel=5e-3)
    hopeless = BgNbd(0.7, 66, 2900, 2900).expected(seen, 39)  # the series is not a number
    assert (np.isfinite(hopeless) & (hopeless > 0)).all()


def test_nothing_to_learn_is_said():
    with pytest.raises(DataError, match="came back"):
        BgNbd().fit(visits((0, 0, 5), (0, 0, 7)))
    with pytest.raises(DataError, match="value above 0"):
        GammaGamma().fit(np.ones(3), np.zeros(3))


def test_visits_by_hand_and_forecasters_blind_to_the_future():
    history = read_history(make_sessions(customers=30))
    test = moments_of_test(history)
    seen, value = read_visits(history, test)
    for row in range(0, len(test.user), 4):
        own = np.arange(*history.user_offsets[test.user[row] : test.user[row] + 2])
        own = own[history.purchase[own] & (history.end[own] < test.time[row])]
        days = np.unique(history.start[own] // DAY)
        assert seen.repeats[row] == len(days) - 1
        assert seen.recency[row] == days[-1] - days[0]
        rows = np.isin(history.session, own)
        assert value[row] == pytest.approx(history.spent[rows].sum() / len(days))
    for one in forecasters(history):
        one.fit(history, training_moments(history), np.array([20.0, 60.0]))
        before = one.forecast(history, test)
        late = history.end[history.session] >= test.time[0]
        history.spent[late] *= 3
        after = one.fit(history, training_moments(history), np.array([20.0, 60.0])).forecast(
            history, test
        )
        history.spent[late] /= 3
        for left, right in zip(before, after):
            assert left is None or np.array_equal(left, right), one.name
