"""What the outlook has to beat: rates, the last 90 days again, regression, buy till you die.

Each is a `judging.outlook.Forecaster`: fitted on moments whose horizon ended before the test, it
reads nothing at or after the moment it is asked about.
"""

from typing import Self

import numpy as np

from ..dates import DAY
from ..features.bg_nbd import BgNbd
from ..features.context import NAMES, read_context
from ..features.history import History
from ..features.labels import HORIZON, outlook_labels, spend_band
from ..features.moments import Moments, customers_at
from ..features.visits import read_visits
from ..judging.outlook import Forecast, Forecaster
from ..training.gamma_gamma import GammaGamma
from ..training.logistic import LeastSquares, LogisticRegression

_COLUMNS = (
    "days since the last session",
    "sessions",
    "mean spend of a session",
    "days since the first session",
    "cancellations",
)


class Rates:
    """The same for everybody: what was usual in training."""

    name = "rate in training"

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        was = outlook_labels(history, *moments)
        band = np.bincount(spend_band(was.spend, bands)).argmax()
        self.rates = was.returned.mean(), was.cancelled.mean(), band, np.median(was.spend)
        return self

    def forecast(self, history: History, moments: Moments) -> Forecast:
        returned, cancelled, band, money = (np.full(len(moments.user), x) for x in self.rates)
        return Forecast(returned, cancelled, band, amount=money)


class LastQuarter:
    """What each customer did in the 90 days before, again."""

    name = "same as the last 90 days"

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        self.bands = bands
        return self

    def forecast(self, history: History, moments: Moments) -> Forecast:
        was = outlook_labels(history, moments.user, moments.time - HORIZON * DAY)
        band = spend_band(was.spend, self.bands)
        returned, cancelled = was.returned.astype(float), was.cancelled.astype(float)
        return Forecast(returned, cancelled, band, amount=was.spend)


class Regression:
    """Logistic regression on recency, frequency, spend, tenure and past cancellations.

    The amount is 0 for who is likelier to stay away, else what least squares expect of the log.
    """

    name = "logistic regression"

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        was, x = outlook_labels(history, *moments), _columns(history, moments)
        answers = was.returned, was.cancelled, spend_band(was.spend, bands)
        self.models = [LogisticRegression(x).fit(answer, 2 + 2 * (k == 2))
                       for k, answer in enumerate(answers)]  # fmt: skip
        pays = was.spend > 0
        self.log = LeastSquares(x[pays]).fit(np.log(was.spend[pays])) if pays.any() else None
        return self

    def forecast(self, history: History, moments: Moments) -> Forecast:
        x = _columns(history, moments)
        returned, cancelled, band = (model.predict(x) for model in self.models)
        money = None
        if self.log is not None:
            money = np.where(returned[:, 1] >= 0.5, np.exp(self.log.predict(x)[:, 0]), 0)
        return Forecast(returned[:, 1], cancelled[:, 1], band.argmax(1), amount=money)


class BuyTillYouDie:
    """BG/NBD for the return, times gamma-gamma for the amount; they know nothing of cancellations.

    Both are fitted on what customers did up to the end of the last training horizon.
    """

    name = "BG/NBD × gamma-gamma"

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        self.bands = bands
        date = int(moments.time.max()) + HORIZON * DAY
        visits, value = read_visits(history, customers_at(history, np.array([date])))
        self.visits = BgNbd().fit(visits)
        self.value = None
        if (value > 0).any():
            self.value = GammaGamma().fit(visits.repeats + 1, value)
        return self

    def forecast(self, history: History, moments: Moments) -> Forecast:
        visits, value = read_visits(history, moments)
        returned = self.visits.returns(visits, HORIZON)
        if self.value is None:
            return Forecast(returned)
        worth = self.value.expected(visits.repeats + 1, value)
        money = self.visits.expected(visits, HORIZON) * worth
        band = np.where(returned >= 0.5, spend_band(money, self.bands), 0)
        return Forecast(returned, band=band, amount=money)


def forecasters(history: History) -> list[Forecaster]:
    """All of them; buy till you die where anybody came back on another day."""
    everybody = customers_at(history, np.array([history.last_moment + 1]))
    came_back = (read_visits(history, everybody)[0].repeats > 0).any()
    visits: list[Forecaster] = [BuyTillYouDie()] if came_back else []
    return [Regression(), *visits, LastQuarter(), Rates()]


def _columns(history: History, moments: Moments) -> np.ndarray:
    known = history.known_sessions(*moments)
    context = read_context(history, *moments, known)
    return context[:, [NAMES.index(name) for name in _COLUMNS]]
