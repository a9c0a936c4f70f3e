"""What a customer will have spent after a year: BG/NBD purchases times their gamma-gamma worth.

Both are fitted on what ended before the date of the outlook's test, as all of the outlook is.
"""

import numpy as np

from ..errors import DataError
from ..features.history import History
from ..features.moments import Moments, customers_at, test_date, training_moments
from ..features.visits import read_visits
from .bg_nbd import BgNbd
from .gamma_gamma import GammaGamma

YEAR = 365  # days
NOT_LEARNED = np.zeros(0)


def fit_value(history: History, to_the_end: bool = False) -> np.ndarray:
    """r, α, a, b of BG/NBD and p, q, γ of gamma-gamma, (7,); (0,) where a log does not teach them.

    Of a log too short to be tested, or `to_the_end`, all there is.
    """
    end = to_the_end or not len(training_moments(history).user)
    date = history.last_moment + 1 if end else test_date(history)
    visits, value = read_visits(history, customers_at(history, np.array([date])))
    try:
        often, worth = BgNbd().fit(visits), GammaGamma().fit(visits.repeats + 1, value)
    except DataError:  # nobody came back, or nobody paid
        return NOT_LEARNED
    found = np.array([often.r, often.alpha, often.a, often.b, worth.p, worth.q, worth.gamma])
    return found if worth.q > 1 else NOT_LEARNED  # below, the mean of all is infinite


def expected_value(
    parameters: np.ndarray, history: History, users: np.ndarray, moment: int, days: float = YEAR
) -> np.ndarray:
    """Money of each of `users` (U,) in the `days` from `moment` on, (U,); NaN before a purchase."""
    value = np.full(len(users), np.nan)
    buyers = np.zeros(len(history.users), bool)
    buyers[customers_at(history, np.array([moment])).user] = True
    asked = np.flatnonzero(buyers[users])
    if not len(parameters) or not len(asked):
        return value
    visits, mean = read_visits(history, Moments(users[asked], np.full(len(asked), moment)))
    often, worth = BgNbd(*parameters[:4]), GammaGamma(*parameters[4:])
    value[asked] = often.expected(visits, days) * worth.expected(visits.repeats + 1, mean)
    return value
