"""Which way of keeping the chance of a return right holds on days that taught it nothing?

python -m tests.benchmarks.return_calibration

Regressions on the outlook's context alone, so that nothing need be trained: two made-up logs with
other seeds than those in docs/results.md, and the shipped log as if it ended 90 and 60 days before
it does. The test of that page are the last 90 days: the first of the two ends before they begin,
the second reaches 30 days into them.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy
from user_profile.dates import DAY
from user_profile.features.context import fit_buying, read_outlook_context
from user_profile.features.history import History, read_history
from user_profile.features.labels import HORIZON, outlook_labels
from user_profile.features.moments import (
    Moments,
    customers_at,
    test_date,
    test_moments,
    training_moments,
)
from user_profile.features.visits import read_visits
from user_profile.judging.curves import calibration_curve
from user_profile.judging.outlook import log_likelihood
from user_profile.log.parts import LogParts
from user_profile.log.prepare import prepare
from user_profile.log.sessions import Sessions
from user_profile.log.split import Targets
from user_profile.tables import table
from user_profile.training.facts import Known
from user_profile.training.logistic import LogisticRegression

from .made_logs import SHAPES, write
from .recent_shift import recent_shift

_NO_TARGETS = Targets(*[np.zeros(0, np.int64)] * 4, np.zeros(1, np.int64))
_LATE = 45 * DAY


def logs() -> dict[str, Sessions]:
    shipped = prepare(keep=True).sessions
    end = int(shipped.end.max()) + 1
    found = {f"shipped, {cut} days less": shipped.take(shipped.end < end - cut * DAY)
             for cut in (90, 60)}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name in ("visits", "grocery"):
            for seed in (1, 2):
                path = Path(folder) / f"{name}{seed}.csv"
                write(path, SHAPES[name](seed))
                found[f"{name}, seed {seed}"] = prepare(path).sessions
    return found


def tried(past: History, moments: Moments, ask: Callable[[Moments], np.ndarray], asked: Moments,
          buying: np.ndarray) -> dict[str, np.ndarray]:  # fmt: skip
    """The log-odds that each way gives to who is `asked` about."""
    x, actual, z = ask(moments), outlook_labels(past, *moments).returned, ask(asked)

    def fitted(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        weight, bias = LogisticRegression(x[rows]).fit(actual[rows], 2).unscaled()
        return lambda columns: (columns @ weight + bias) @ np.array([-1, 1])

    everything = np.ones(len(actual), bool)
    plain = fitted(everything)(z)
    date = int(moments.time.max())
    ways = {"regression": plain, "BG/NBD": z[:, -1]}
    latest = moments.time > date - _LATE
    ways["its last 45 days of dates alone"] = fitted(latest)(z)
    early = moments.time <= date - HORIZON * DAY
    if early.sum() > 100:  # Platt: slope and offset, where a fit to earlier dates is asked later
        said = fitted(early)(x[latest])[:, None]
        weight, bias = LogisticRegression(said, 1e-6).fit(actual[latest], 2).unscaled()
        ways["Platt's scaling at later dates"] = (plain[:, None] @ weight + bias) @ [-1, 1]
    known = Known(past, past, _NO_TARGETS, {})
    shift = recent_shift(LogParts({0: known}), {0: moments}, buying)
    ways["shift of the latest 45 days"] = plain + shift
    return ways


def main() -> None:
    rows = []
    for name, sessions in logs().items():
        whole = read_history(sessions)
        date = test_date(whole)
        past = read_history(sessions.take(sessions.end < date))
        moments, asked = training_moments(past, to_the_end=True), test_moments(whole)
        end = np.array([int(moments.time.max()) + HORIZON * DAY])
        buying = fit_buying(read_visits(past, customers_at(past, end))[0])

        def ask(some: Moments, history: History = whole, buying: np.ndarray = buying) -> np.ndarray:
            columns = read_outlook_context(history, some, history.known_sessions(*some), buying)
            return columns.astype(np.float64)

        actual = outlook_labels(whole, *asked).returned
        for way, logits in tried(past, moments, ask, asked, buying).items():
            chance = scipy.special.expit(logits)
            curve = calibration_curve(chance, actual)
            loss = -log_likelihood(chance, actual)
            rows.append((name, way, chance.mean(), actual.mean(), loss, curve.error,
                         curve.by_chance))  # fmt: skip
    header = ("log", "way", "said", "true", "log-loss", "calibration", "right chances")
    print(table(header, rows))


if __name__ == "__main__":
    main()
