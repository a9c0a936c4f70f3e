"""How the shop goes of late: more or fewer return than customers of their kind used to.

An answer about 90 days learns from dates whose 90 days are over, so the latest quarter teaches it
nothing. Of half of that quarter more is known: who came back within 45 days. How far that lies
from what such customers did at the dates of training is the shift of all log-odds.
"""

import numpy as np
import scipy  # its parts load when they are first used

from ..dates import DAY
from ..features.context import read_outlook_context
from ..features.history import History
from ..features.labels import HORIZON, outlook_labels
from ..features.moments import Moments, customers_at
from .logistic import LogisticRegression

SPAN = 45  # days
_MOST = 5.0  # of log-odds either way


def recent_shift(history: History, moments: Moments, buying: np.ndarray) -> float:
    """What to add to the log-odds of a return; 0 where chance alone could have made it.

    Measured in the last SPAN days that the horizons of training `moments` reach, and no later.
    Shrunk by what so many customers vary, as James and Stein (1961) shrink a mean: by σ² / shift².
    """

    def columns(asked: Moments) -> np.ndarray:
        known = history.known_sessions(*asked)
        return read_outlook_context(history, asked, known, buying).astype(np.float64)

    last = int(moments.time.max()) + (HORIZON - SPAN) * DAY
    late = customers_at(history, np.array([last]))
    before = outlook_labels(history, *moments, days=SPAN).returned
    actual = outlook_labels(history, *late, days=SPAN).returned
    if not 0 < before.mean() < 1 or not 0 < actual.mean() < 1:
        return 0.0
    weight, bias = LogisticRegression(columns(moments)).fit(before, 2).unscaled()
    logits = (columns(late) @ weight + bias) @ np.array([-1, 1])

    def too_few(shift: float) -> float:
        return float((actual - scipy.special.expit(logits + shift)).sum())

    if too_few(-_MOST) * too_few(_MOST) >= 0:
        return 0.0
    shift = scipy.optimize.brentq(too_few, -_MOST, _MOST)
    chance = scipy.special.expit(logits + shift)
    variance = 1 / (chance * (1 - chance)).sum()
    return float(shift * max(0.0, 1 - variance / shift**2)) if shift else 0.0
