"""How the shop goes of late: more or fewer return than customers of their kind used to.

An answer about 90 days learns from dates whose 90 days are over, so the latest quarter teaches it
nothing. Of half of that quarter more is known: who came back within 45 days. How far that lies
from what such customers did at the dates of training is the shift of all log-odds.
"""

from collections.abc import Mapping

import numpy as np
import scipy  # its parts load when they are first used
from user_profile.dates import DAY
from user_profile.features.context import read_outlook_context
from user_profile.features.labels import HORIZON, outlook_labels
from user_profile.features.moments import Moments, customers_at
from user_profile.log.parts import LogParts
from user_profile.training.facts import Known
from user_profile.training.logistic import LogisticRegression

SPAN = 45  # days
_MOST = 200_000  # moments that are looked at
_WIDEST = 5.0  # of log-odds either way


def recent_shift(
    parts: LogParts[Known], moments: Mapping[int, Moments], buying: np.ndarray
) -> float:
    """What to add to the log-odds of a return; 0 where chance alone could have made it.

    Measured in the last SPAN days that the horizons of training `moments` reach, and no later.
    Shrunk by what so many customers vary, as James and Stein (1961) shrink a mean: by σ² / shift².
    """
    last = max(parts.of_each(lambda number: int(moments[number].time.max(initial=-1))))
    if last < 0:
        return 0.0
    date = np.array([last + (HORIZON - SPAN) * DAY])
    late = {number: customers_at(known.whole, date) for number, known in parts.local.items()}

    def read(asked: Mapping[int, Moments]) -> tuple[np.ndarray, ...]:
        def returned(number: int, rows: np.ndarray) -> tuple[np.ndarray, ...]:
            history = parts.local[number].whole
            some = Moments(*(column[rows] for column in asked[number]))
            known = history.known_sessions(*some)
            columns = read_outlook_context(history, some, known, buying).astype(np.float64)
            return columns, outlook_labels(history, *some, days=SPAN).returned

        draw = np.random.default_rng(5)
        return parts.rows(lambda number: len(asked[number].user), _MOST, draw, returned)

    (was, before), (x, actual) = read(moments), read(late)
    if len(np.unique(before)) < 2 or len(np.unique(actual)) < 2:
        return 0.0
    weight, bias = LogisticRegression(was).fit(before, 2).unscaled()
    logits = (x @ weight + bias) @ np.array([-1, 1])

    def too_few(shift: float) -> float:
        return float((actual - scipy.special.expit(logits + shift)).sum())

    if too_few(-_WIDEST) * too_few(_WIDEST) >= 0:
        return 0.0
    shift = scipy.optimize.brentq(too_few, -_WIDEST, _WIDEST)
    chance = scipy.special.expit(logits + shift)
    variance = 1 / (chance * (1 - chance)).sum()
    return float(shift * max(0.0, 1 - variance / shift**2)) if shift else 0.0
