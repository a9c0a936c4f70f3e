"""How far is the chance of a return off from date to date, and which way of saying it is off least?

python -m tests.benchmarks.return_dates

Regressions on the outlook's context alone, so that nothing need be trained: the shipped log and
the two made-up ones of docs/results.md, each asked at its date of the test and at dates four weeks
apart before it, by what had ended before each date. Made-up logs of another seed are asked too.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy
from scipy.special import expit
from user_profile.dates import DAY, day_of
from user_profile.features.context import fit_buying, read_outlook_context
from user_profile.features.history import History, read_history
from user_profile.features.labels import HORIZON, outlook_labels
from user_profile.features.moments import (
    Moments,
    Span,
    customers_at,
    span_of,
    test_date,
    training_moments,
)
from user_profile.features.visits import read_visits
from user_profile.judging.metrics import auc, calibration_error
from user_profile.judging.outlook import log_likelihood
from user_profile.log.prepare import prepare
from user_profile.log.sessions import Sessions
from user_profile.tables import table
from user_profile.training.logistic import LogisticRegression

from .made_logs import SHAPES, write
from .return_ways import beta, hazard, level, prior_shift

_DATES, _APART, _DRAWS = 7, 28 * DAY, 200
_KEPT_BACK, _MOST = 0.2, 12_000  # moments that a regression is fitted to
NOW = "from BG/NBD on"


class Asked(NamedTuple):
    """What was known at some moments, and what came true."""

    x: np.ndarray  # (M, G) the context without BG/NBD
    odds: np.ndarray  # (M,) of a return, by BG/NBD
    time: np.ndarray  # (M,)
    true: np.ndarray  # (M,)

    def take(self, rows: np.ndarray) -> "Asked":
        return Asked(*(column[rows] for column in self))


def logs() -> dict[str, Sessions]:
    found = {"shipped": prepare(keep=True).sessions}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("visits", "grocery"):
            for seed in (0, 1):
                path = Path(folder) / f"{name}{seed}.csv"
                write(path, SHAPES[name](seed))
                found[f"{name}, seed {seed}"] = prepare(path).sessions
    return found


def asked_at(
    sessions: Sessions, whole: History, date: int
) -> tuple[Asked, Asked, dict[str, np.ndarray]] | None:
    """What may be learned from before ``date``, who is asked about on it, and the log-odds of them
    by ways that read the log anew."""
    past = read_history(sessions.take(sessions.end < date))
    moments = training_moments(past, True, Span(span_of(whole).first, date - 1))
    if len(np.unique(moments.time)) < 2:
        return None
    end = np.array([int(moments.time.max()) + HORIZON * DAY])
    buying = fit_buying(read_visits(past, customers_at(past, end))[0])

    def read(history: History, some: Moments) -> Asked:
        known = history.known_sessions(*some)
        columns = read_outlook_context(history, some, known, buying).astype(np.float64)
        true = outlook_labels(history, *some).returned
        return Asked(columns[:, :-1], columns[:, -1], some.time, true)

    learned = read(past, moments)
    if len(learned.true) > _MOST:
        rows = np.random.default_rng(0).permutation(len(learned.true))[:_MOST]
        learned = learned.take(np.sort(rows))
    some = customers_at(whole, np.array([date]))
    latest = {
        "hazard by windows of 15 days": hazard(past, whole, some, buying),
        "level of the latest fortnights": level(past, date, np.unique(learned.time)),
    }
    return learned, read(whole, some), latest


def regression(
    learned: Asked, asked: Asked, *, ridge: float = 1e-3, begin: bool = False
) -> np.ndarray:
    """Log-odds; `begin`: at BG/NBD's, of which it learns what they miss, else they are a column."""

    def columns(some: Asked) -> np.ndarray:
        return some.x if begin else np.column_stack([some.x, some.odds])

    model = LogisticRegression(columns(learned), ridge)
    weight, bias = model.fit(learned.true, 2, learned.odds if begin else None).unscaled()
    logits = (columns(asked) @ weight + bias) @ np.array([-1, 1])
    return logits + asked.odds if begin else logits


def ways(learned: Asked, asked: Asked, latest: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The log-odds that each way gives; ``latest`` as of `asked_at`."""
    plain, begun = regression(learned, asked), regression(learned, asked, ridge=0.1, begin=True)
    found = {
        "BG/NBD among the columns": plain,
        NOW: begun,
        "BG/NBD alone": asked.odds,
        "mean of the columns' and BG/NBD's": (plain + asked.odds) / 2,
        "prior shift": prior_shift(begun, learned.true.mean()),
        **latest,
    }
    found["level of the latest fortnights"] = begun + found["level of the latest fortnights"]
    found["mean with the hazard's"] = (begun + found["hazard by windows of 15 days"]) / 2
    kept = np.random.default_rng(0).random(len(learned.true)) < _KEPT_BACK
    said = regression(learned.take(~kept), learned.take(kept), ridge=0.1, begin=True)
    order = np.argsort(said, kind="stable")
    steps = scipy.optimize.isotonic_regression(learned.true[kept][order].astype(float)).x
    chance = np.interp(begun, said[order], np.clip(steps, 1e-3, 1 - 1e-3))
    found["isotonic on customers kept back"] = scipy.special.logit(chance)
    later = earlier_dates(learned)
    if later is not None:
        logits, true = later
        weight, bias = LogisticRegression(logits[:, None], 1e-6).fit(true, 2).unscaled()
        found["Platt's scaling at several later dates"] = (begun[:, None] @ weight + bias) @ [-1, 1]
        found["beta calibration at several later dates"] = beta(logits, true, begun)
        found["shift of several later dates"] = begun + best_shift(logits, true)
    return found


def earlier_dates(learned: Asked) -> tuple[np.ndarray, np.ndarray] | None:
    """What is said of dates of training by those whose horizon had ended, and what came true."""
    found = []
    for date in np.unique(learned.time):
        early = learned.take(learned.time <= date - HORIZON * DAY)
        late = learned.take(learned.time == date)
        if len(early.true) > 100 and len(np.unique(early.true)) == 2:
            found.append((regression(early, late, ridge=0.1, begin=True), late.true))
    if not found:
        return None
    logits, true = map(np.concatenate, zip(*found))
    return (logits, true) if len(np.unique(true)) == 2 else None


def best_shift(logits: np.ndarray, true: np.ndarray) -> float:
    """What added to all log-odds makes their mean chance the share that came true."""
    return float(scipy.optimize.brentq(lambda s: (expit(logits + s) - true).sum(), -20, 20))


def by_chance(chance: np.ndarray) -> tuple[float, float]:
    """Mean and 95th percentile of the error that right chances show."""
    draw = np.random.default_rng(0)
    errors = [calibration_error(chance, draw.random(len(chance)) < chance) for _ in range(_DRAWS)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def main() -> None:
    dates, scores = [], {}
    for name, sessions in logs().items():
        whole = read_history(sessions)
        for number in range(_DATES):
            date = test_date(whole) - number * _APART
            pair = asked_at(sessions, whole, date)
            if pair is None or len(np.unique(pair[0].true)) < 2:
                break
            true = pair[1].true
            for way, logits in ways(*pair).items():
                chance = expit(logits)
                score = (
                    calibration_error(chance, true),
                    -log_likelihood(chance, true),
                    auc(chance, true),
                )
                scores.setdefault((name.split(",")[0], way), []).append((number, *score))
                if way == NOW:
                    shift = best_shift(logits, true)
                    after = calibration_error(expit(logits + shift), true)
                    told = name, str(day_of(date)), f"{len(true):,}", chance.mean(), true.mean()
                    dates.append((*told, score[0], after, *by_chance(chance)))
    header = ("log", "asked on", "customers", "said", "true", "calibration", "after the best shift",
              "right chances", "in 95 %")  # fmt: skip
    print(table(header, dates, title=f"{NOW}, date by date"))
    rows = []
    for (name, way), found in scores.items():
        for title, part in (("test", [f[1:] for f in found if f[0] == 0]),
                            ("before", [f[1:] for f in found if f[0] > 0])):  # fmt: skip
            values = np.array(part)
            spread = float(values[:, 0].std())
            rows.append((name, title, way, len(values), values[:, 0].mean(), spread,
                         *values[:, 1:].mean(0)))  # fmt: skip
    rows.sort(key=lambda row: (row[0] != "shipped", row[0], row[1] == "test"))
    header = ("log", "dates", "way", "number", "calibration", "its deviation", "log-loss", "AUC")
    print()
    print(table(header, rows, title="Ways of saying it"))


if __name__ == "__main__":
    main()
