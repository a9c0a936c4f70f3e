"""What last year's season brings to a return's chance: python -m tests.benchmarks.return_seasons

Logs of `made_logs gifts`, with their season and without, cut at a date; a model of each is asked of
all customers what the next 90 days bring, once as if nothing were known of the year before.
"""

import tempfile
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from user_profile.dates import DAY
from user_profile.features.labels import HORIZON
from user_profile.features.year_before import NO_MISSES
from user_profile.judging.evaluate import mean_ndcg
from user_profile.judging.metrics import auc, calibration_error
from user_profile.judging.outlook import log_likelihood
from user_profile.log.prepare import prepare
from user_profile.log.prepared import Prepared
from user_profile.model.settings import Settings
from user_profile.serving.profiler import Profiler
from user_profile.tables import table
from user_profile.training.loop import train

from .made_logs import BEGIN, Row, gifts, write

CUTS, SEEDS = (640, 700, 790), (0, 1)  # days of log
COLUMNS = ("log", "cut on day", "seed", "customers", "a year before", "said", "true")
FIGURES = ("calibration", "log-loss", "AUC")


class Past(NamedTuple):
    """A log that ends at a moment, and who bought in the 90 days after it."""

    log: Prepared
    moment: int  # seconds
    came: set[str]


def cut(rows: list[Row], day: int) -> Past:
    end = str(np.datetime64(BEGIN + day * DAY, "s"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gifts.csv"
        write(path, [row for row in rows if row[3] < end])
        log = prepare(path)
    return Past(log, BEGIN + day * DAY, {row[0] for row in rows if row[3] >= end})


def judged(past: Past) -> tuple[float, ...]:
    """Train, and compare what is said of all customers with what came true."""
    log = past.log
    trained = train(
        log.sessions, log.split(), log.categories(), Settings(epochs=1), score=mean_ndcg
    )
    profiler = Profiler(trained, log.sessions)
    names = profiler.history.users
    said = profiler.outlook(np.arange(len(names)), np.full(len(names), past.moment)).returned
    true = np.array([name in past.came for name in names])
    losses = calibration_error(said, true), -log_likelihood(said, true), auc(said, true)
    return len(names), said.mean(), true.mean(), *losses


def main() -> None:
    rows: list[tuple[Any, ...]] = []
    for name, day, seed in product(("season", "no season"), CUTS, SEEDS):
        past = cut(gifts(seed, day + HORIZON, seasonal=name == "season"), day)
        with patch("user_profile.training.facts.find_misses", lambda *_: NO_MISSES):
            without = judged(past)
        for way, (customers, *figures) in (("unknown", without), ("known", judged(past))):
            rows.append((name, day, str(seed), customers, way, *figures))
    print(table((*COLUMNS, *FIGURES), rows))
    for name, way in product(("season", "no season"), ("unknown", "known")):
        means = [row[-3:] for row in rows if (row[0], row[4]) == (name, way)]
        said = ", ".join(f"{figure} {x:.4f}" for figure, x in zip(FIGURES, np.mean(means, axis=0)))
        print(f"{name}, a year before {way}: {said}")


if __name__ == "__main__":
    main()
