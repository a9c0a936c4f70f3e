"""What describes a customer at a moment in a few numbers: recency, frequency, spend and rhythm."""

import numpy as np

from ..dates import DAY
from ..errors import DataError
from .bg_nbd import BgNbd
from .history import History
from .labels import HORIZON
from .moments import Moments
from .visits import Visits, read_visits
from .year_before import NO_MISSES, Misses, shift_of_year

NAMES = (
    "sessions",
    "days since the last session",
    "days between sessions",
    "size of the last basket",
    "mean size of a basket",
    "mean spend of a session",
    "spend of the last session",
    "spend of the last 90 days",
    "sessions of the last 90 days",
    "cancellations",
    "days since the last cancellation",
    "days since the first session",
)
OUTLOOK_NAMES = (*NAMES, "log-odds of a return by BG/NBD")
_NEVER = 400.0  # days
_LEAST = 1e-4  # chance, so that log-odds are finite


def read_context(
    history: History, users: np.ndarray, as_of: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Columns NAMES, (Q, G) float32, from the first `known` (Q,) sessions of `users`."""
    first = history.user_offsets[users]
    after = first + known

    def so_far(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A cumulative sum that starts at 0, and its growth over the known sessions."""
        sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
        return sums, sums[after] - sums[first]

    sessions, k = so_far(history.purchase)
    _, total_items = so_far(history.size)
    spends, total_spent = so_far(history.paid)
    _, cancellations = so_far(history.cancelled)
    last = _latest(history.purchase, first, after)
    last_cancelled = _latest(history.cancelled, first, after)
    # The first known session younger than 90 days, by position on the customer's own clock.
    recent = first + history.known_sessions(users, as_of - 90 * DAY)
    recent = np.minimum(recent, after)

    def at(values: np.ndarray, session: np.ndarray) -> np.ndarray:
        return np.append(values, 0)[session]  # session -1, none, takes the last

    def days_since(session: np.ndarray) -> np.ndarray:
        return np.where(session >= 0, (as_of - at(history.end, session)) / DAY, _NEVER)

    begun = at(history.start, np.where(known > 0, first, -1))
    opened = np.where(known > 0, (as_of - begun) / DAY, 0)
    since = days_since(last)
    between = np.where(k > 1, (opened - since) / np.maximum(k - 1, 1), 0)
    columns = (
        np.log1p(k),
        np.log1p(np.maximum(since, 0)),
        np.log1p(np.maximum(between, 0)),
        np.log1p(at(history.size, last)),
        np.log1p(total_items / np.maximum(k, 1)),
        np.log1p(np.maximum(total_spent, 0) / np.maximum(k, 1)),
        np.log1p(at(history.paid, last)),
        np.log1p(np.maximum(spends[after] - spends[recent], 0)),
        np.log1p(sessions[after] - sessions[recent]),
        np.log1p(cancellations),
        np.log1p(np.maximum(days_since(last_cancelled), 0)),
        np.log1p(np.maximum(opened, 0)),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def read_outlook_context(
    history: History,
    moments: Moments,
    known: np.ndarray,
    buying: np.ndarray,
    misses: Misses = NO_MISSES,
) -> np.ndarray:
    """Columns OUTLOOK_NAMES, (M, G + 1) float32; the last is that of `log_odds` and the season.

    Alone of the columns, what it says stays right for customers older than any in training.
    """
    context = read_context(history, *moments, known)
    odds = log_odds(history, moments, buying) + shift_of_year(misses, moments.time)
    return np.concatenate([context, odds[:, None].astype(np.float32)], axis=1)


def log_odds(history: History, moments: Moments, buying: np.ndarray) -> np.ndarray:
    """Of a return, (M,), by BG/NBD, whose r, α, a, b are `buying` (4,).

    0 for who has not bought, and where `buying` is empty.
    """
    if not len(buying):
        return np.zeros(len(moments.user))
    visits, _ = read_visits(history, moments)
    chance = np.clip(BgNbd(*buying.tolist()).returns(visits, HORIZON), _LEAST, 1 - _LEAST)
    return np.where(visits.age > 0, np.log(chance) - np.log1p(-chance), 0)


def fit_buying(visits: Visits | None) -> np.ndarray:
    """r, α, a, b of BG/NBD (4,). Empty if there are no visits, or nobody came back."""
    if visits is None:
        return np.zeros(0)
    try:
        model = BgNbd().fit(visits)
    except DataError:
        return np.zeros(0)
    return np.array([model.r, model.alpha, model.a, model.b])


def _latest(flag: np.ndarray, first: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The last session in first … after − 1 with the flag, or −1, (Q,)."""
    positions = np.where(flag, np.arange(len(flag)), -1)
    latest = np.concatenate([[-1], np.maximum.accumulate(positions)])[after]
    return np.where(latest >= first, latest, -1)
