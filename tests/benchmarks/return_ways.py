"""Further ways of saying a return's chance, for `return_dates`: what the latest weeks may add.

hazard       the 90 days cut in windows of 15: of recent dates the first windows are known already
prior shift  Saerens, Latinne and Decaestecker (2002): a new share of returns by expectation and
             maximisation, from who is asked about alone
beta         beta calibration (Kull, Silva Filho and Flach 2017), fitted at later dates
level        exponential smoothing of the share that comes within a fortnight, date by date
"""

import numpy as np
import scipy
from scipy.special import expit, logit
from user_profile.dates import DAY
from user_profile.features.context import read_outlook_context
from user_profile.features.history import History
from user_profile.features.labels import HORIZON, outlook_labels
from user_profile.features.moments import Moments, customers_at
from user_profile.training.logistic import LogisticRegression

_WINDOW, _STEP, _WARM_UP, _MOST = 15, 14, 30, 40_000


def prior_shift(logits: np.ndarray, share: float, rounds: int = 200) -> np.ndarray:
    """`logits` of who is asked about, learned where `share` returned."""
    new = share
    for _ in range(rounds):
        new = float(expit(logits + logit(new) - logit(share)).mean())
    return logits + logit(new) - logit(share)


def beta(said: np.ndarray, true: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Fitted to log-odds `said` and what came `true`, asked of `logits`."""

    def columns(odds: np.ndarray) -> np.ndarray:
        return np.stack([-np.logaddexp(0, -odds), np.logaddexp(0, odds)], axis=1)

    weight, bias = LogisticRegression(columns(said), 1e-6).fit(true, 2).unscaled()
    return (columns(logits) @ weight + bias) @ np.array([-1, 1])


def hazard(past: History, asked: History, moments: Moments, buying: np.ndarray) -> np.ndarray:
    """Log-odds for `moments` of `asked`, which all have one date; `past` is what ended before."""
    date, rng = int(moments.time[0]), np.random.default_rng(0)
    first = int(past.start.min()) + _WARM_UP * DAY
    dates = np.arange(date - _WINDOW * DAY, first, -_STEP * DAY)
    some = customers_at(past, dates)
    rows = np.sort(rng.permutation(len(some.user))[:_MOST])
    some = Moments(some.user[rows], some.time[rows])
    x, begun = _columns(past, some, buying), np.zeros(len(rows), np.int64)
    found = []
    for end in range(_WINDOW, HORIZON + 1, _WINDOW):
        back = outlook_labels(past, *some, days=end).returned
        known = (begun == 0) & (some.time + end * DAY <= date)
        found.append((_in_window(x[known], end), back[known]))
        begun = back
    features, true = map(np.concatenate, zip(*found))
    weight, bias = LogisticRegression(features, 1e-3).fit(true, 2).unscaled()
    z, stays = _columns(asked, moments, buying), np.zeros(len(moments.user))
    for end in range(_WINDOW, HORIZON + 1, _WINDOW):
        odds = (_in_window(z, end) @ weight + bias) @ np.array([-1, 1])
        stays -= np.logaddexp(0, odds)
    return np.log(np.maximum(-np.expm1(stays), 1e-9)) - stays


def level(past: History, date: int, learned: np.ndarray) -> float:
    """How far the smoothed share, at `date`, lies from that of the dates `learned` from, in
    log-odds."""
    first = int(past.start.min()) + _WARM_UP * DAY
    dates = np.arange(date - _STEP * DAY, first, -_STEP * DAY)[::-1]
    shares = []
    for day in dates:
        some = customers_at(past, np.array([day]))
        shares.append(outlook_labels(past, *some, days=_STEP).returned.mean())
    shares_ = logit(np.clip(shares, 1e-3, 1 - 1e-3))

    def errors(keep: float) -> float:
        state, total = shares_[0], 0.0
        for value in shares_[1:]:
            total += (value - state) ** 2
            state = keep * state + (1 - keep) * value
        return total

    keep = scipy.optimize.minimize_scalar(errors, bounds=(0, 1), method="bounded").x
    state = shares_[0]
    for value in shares_[1:]:
        state = keep * state + (1 - keep) * value
    ended = (dates >= learned.min()) & (dates < learned.max() + HORIZON * DAY)
    return float(state - shares_[ended].mean())


def _columns(history: History, moments: Moments, buying: np.ndarray) -> np.ndarray:
    known = history.known_sessions(*moments)
    return read_outlook_context(history, moments, known, buying).astype(np.float64)


def _in_window(x: np.ndarray, end: int) -> np.ndarray:
    """And which window it is, with its own slope of what BG/NBD says."""
    windows = np.zeros((len(x), 2 * (HORIZON // _WINDOW)))
    place = end // _WINDOW - 1
    windows[:, place], windows[:, place + HORIZON // _WINDOW] = 1, x[:, -1]
    return np.concatenate([x, windows], axis=1)
