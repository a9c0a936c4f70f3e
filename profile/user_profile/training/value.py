"""What a customer will have spent after a year: BG/NBD orders times their gamma-gamma worth.

Both are fitted on what ended before the date of the outlook's test, as all of the outlook is.
"""

import numpy as np

from ..errors import DataError
from ..features.bg_nbd import BgNbd
from ..features.history import History
from ..features.labels import HORIZON
from ..features.moments import Moments
from ..features.visits import read_visits
from ..log.parts import LogParts
from .facts import Known, moments_of_all, visits_of_all
from .gamma_gamma import GammaGamma

YEAR = 365  # days
NOT_LEARNED = np.zeros(0)


def fit_worth(parts: LogParts[Known], to_the_end: bool = False) -> np.ndarray:
    """p, q, γ of gamma-gamma, (3,); (0,) where a log is too short or tells no money."""
    read = visits_of_all(parts, moments_of_all(parts, to_the_end))
    if read is None:
        return NOT_LEARNED
    visits, value = read
    try:
        worth = GammaGamma().fit(visits.repeats + 1, value)
    except DataError:
        return NOT_LEARNED
    # With q up to 1 the mean over all customers is infinite.
    return np.array([worth.p, worth.q, worth.gamma]) if worth.q > 1 else NOT_LEARNED


def orders_if_back(
    buying: np.ndarray, history: History, users: np.ndarray, moments: np.ndarray
) -> np.ndarray:
    """Orders in the outlook's horizon of each of `users` (M,) who returns at all, (M,), at least 1.

    1 where `buying`, as of `expected_value`, is empty.
    """
    if not len(buying):
        return np.ones(len(users))
    visits, _ = read_visits(history, Moments(users, moments))
    model = BgNbd(*buying.tolist())
    chance = np.maximum(model.returns(visits, HORIZON), 1e-6)
    return np.maximum(model.expected(visits, HORIZON) / chance, 1)


def expected_value(
    buying: np.ndarray,
    worth: np.ndarray,
    history: History,
    users: np.ndarray,
    moment: int,
    days: float = YEAR,
) -> np.ndarray:
    """Money of each of `users` (U,) in the `days` from `moment` on, (U,).

    `buying` (4,) are those of BG/NBD, `worth` (3,) those of gamma-gamma. NaN where either is empty,
    and for who had bought nothing.
    """
    value = np.full(len(users), np.nan)
    if len(buying) and len(worth):
        visits, mean = read_visits(history, Moments(users, np.full(len(users), moment)))
        bought = visits.age > 0
        orders = BgNbd(*buying.tolist()).expected(visits, days)
        value[bought] = (orders * GammaGamma(*worth.tolist()).expected(visits.repeats + 1, mean))[
            bought
        ]
    return value
