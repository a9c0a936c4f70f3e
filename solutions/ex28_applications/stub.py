"""ex28: from profiles to decisions: recommend, address, watch, keep."""

from collections.abc import Sequence

import numpy as np


def recommend(scores: np.ndarray, seen: np.ndarray, k: int) -> np.ndarray:
    """The k best items for every user among those new to the user.

    scores: (users, items), finite, of any sign; higher is better
    seen:   (users, items), boolean, True = already had, never to be recommended
    k:      at least 1, may exceed the number of items

    returns (users, k) integers: the numbers of the items, best first, equal scores in order of
    their number; places that cannot be filled hold -1
    """
    raise NotImplementedError


def target_audience(
    probability: np.ndarray, consent: np.ndarray, value: float, cost: float, size: int
) -> np.ndarray:
    """The users whom a campaign should address.

    probability: (users,), that the user responds; consent: (users,), boolean
    value: what a response earns; cost: what addressing one user costs; size: at most so many users

    A user is worth addressing who has consented and promises a gain: probability * value > cost,
    strictly.
    returns the numbers of the `size` most likely responders among those (fewer if there
    are fewer), most likely first, equal probabilities in order of their number; (m,) integers
    """
    raise NotImplementedError


def risk_score(history: np.ndarray, recent: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """How unlike their past each user behaves: the mean surprise of the recent events, in nats.

    history, recent: (users, categories), counts of earlier events and of the events under
    examination; the two do not overlap. alpha > 0
    The user's own profile is p = (history + alpha) / (sum of history + alpha * categories).
    returns (users,): the mean of -ln p over the recent events, each event counted once;
    0 for a user without recent events
    """
    raise NotImplementedError


def will_return(
    gaps: Sequence[Sequence[float]], since: Sequence[float], horizon: float
) -> np.ndarray:
    """The probability that each user comes back within the next `horizon` days.

    gaps:  for each user the past pauses between two visits, in days, possibly none
    since: (users,), days since the last visit, without a visit
    Of the user's own pauses that were longer than `since`, the share that ended by
    since + horizon: count(since < gap <= since + horizon) / count(gap > since). 0/0 is 0.
    returns (users,)
    """
    raise NotImplementedError
