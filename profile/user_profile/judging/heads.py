"""How good the heads beside the ranking are, each beside a simple baseline.

Interest levels: of the test sessions, against the training majority of each category and against
the level of the last session. Outlook: at the test date (`features.moments`), against the training
majority or rate, against the last 90 days repeated, and against logistic regression on recency,
frequency and spend.
"""

from dataclasses import dataclass

import numpy as np

from ..features.context import NAMES, read_context
from ..features.history import DAY, History
from ..features.labels import (
    HORIZON,
    category_counts,
    interest_levels,
    outlook_labels,
    spend_band,
)
from ..features.moments import Moments, test_moments, training_moments
from ..log.split import Targets
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS
from ..serving.profiler import Profiler
from .logistic import LogisticRegression
from .metrics import auc, calibration_error, classification_metrics

_RFM = ("days since the last session", "sessions", "mean spend of a session")


@dataclass(frozen=True)
class Table:
    """Rows of numbers under a title. ``str(table)`` is for the terminal."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float, ...]], ...]

    def __getitem__(self, row: str) -> dict[str, float]:
        return next(dict(zip(self.columns, values)) for name, values in self.rows if name == row)

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.rows)
        lines = [self.title, " " * width + "".join(f"{name:>14}" for name in self.columns)]
        for name, values in self.rows:
            cells = "".join(f"{'':>14}" if np.isnan(v) else f"{v:14.4f}" for v in values)
            lines.append(f"{name:{width}}{cells}")
        return "\n".join(lines)


def judge_interests(profiler: Profiler, targets: Targets, train: np.ndarray) -> Table:
    """Accuracy, macro recall and F1 of the levels of all categories in the target sessions."""
    history, vocabulary = profiler.history, profiler.vocabulary
    C = len(vocabulary.category_names)

    def levels(sessions: np.ndarray) -> np.ndarray:
        counts = category_counts(history, vocabulary.category, C, sessions)
        return interest_levels(counts, vocabulary.thresholds.high)

    actual = levels(targets.session)  # (Q, C)
    trained = levels(np.flatnonzero(train & history.purchase))
    tally = np.stack([(trained == level).sum(0) for level in range(len(LEVELS))])
    majority = np.broadcast_to(tally.argmax(0), actual.shape)
    chances = profiler.levels(targets.user, targets.time)
    rows = [
        ("profile model", chances.argmax(2)),
        ("level of the last session", levels(_previous(history, targets.session))),
        ("majority of each category", majority),
    ]
    return Table(
        f"Interest levels ({', '.join(LEVELS)}) of {C} categories in {len(targets):,} sessions",
        ("accuracy", "macro recall", "macro F1"),
        tuple((name, _classified(predicted, actual)) for name, predicted in rows),
    )


def judge_outlook(profiler: Profiler) -> list[Table]:
    """Return, cancellation and spend in 90 days; no table if the log is too short for a test."""
    history = profiler.history
    fit, test = training_moments(history), test_moments(history)
    if not len(fit.user) or not len(test.user):
        return []
    was, comes = outlook_labels(history, *fit), outlook_labels(history, *test)
    before = outlook_labels(history, test.user, test.time - HORIZON * DAY)
    regression = LogisticRegression(_rfm(history, fit))
    asked = _rfm(history, test)
    chances = profiler.outlook(test.user, test.time)
    day = np.datetime64(int(test.time[0]), "s").astype("datetime64[D]")
    tables = []
    for title, given, trained, last, actual in (
        ("Return", chances.returned, was.returned, before.returned, comes.returned),
        ("Cancellation", chances.cancelled, was.cancelled, before.cancelled, comes.cancelled),
    ):
        rate = np.full(len(actual), trained.mean())
        rows = [
            ("profile model", given),
            ("logistic regression on RFM", regression.fit(trained).predict(asked)[:, 1]),
            ("same as the last 90 days", last.astype(np.float64)),
            ("rate in training", rate),
        ]
        tables.append(
            Table(
                f"{title} within {HORIZON} days of {day}, {len(actual):,} customers, "
                f"{actual.mean():.1%} do",
                ("AUC", "calibration", "accuracy", "macro recall", "macro F1"),
                tuple((name, _chances(chance, actual)) for name, chance in rows),
            )
        )
    thresholds = profiler.vocabulary.thresholds.spend
    bands, trained = spend_band(comes.spend, thresholds), spend_band(was.spend, thresholds)
    majority = np.full(len(bands), np.bincount(trained).argmax())
    rows = [
        ("profile model", chances.spend.argmax(1)),
        ("logistic regression on RFM", regression.fit(trained).predict(asked).argmax(1)),
        ("same as the last 90 days", spend_band(before.spend, thresholds)),
        ("majority in training", majority),
    ]
    low, high = thresholds
    tables.append(
        Table(
            f"Spend band ({', '.join(SPEND_BANDS)}; low below {low:,.0f}, high from {high:,.0f}) "
            f"in {HORIZON} days from {day}",
            ("accuracy", "macro recall", "macro F1"),
            tuple((name, _classified(band, bands)) for name, band in rows),
        )
    )
    return tables


def _previous(history: History, sessions: np.ndarray) -> np.ndarray:
    """The purchase session before each of ``sessions``, which have one."""
    latest = np.maximum.accumulate(np.where(history.purchase, np.arange(len(history.user)), -1))
    return latest[sessions - 1]


def _rfm(history: History, moments: Moments) -> np.ndarray:
    known = history.known_sessions(*moments)
    context = read_context(history, moments.user, moments.time, known)
    return context[:, [NAMES.index(name) for name in _RFM]]


def _classified(predicted: np.ndarray, actual: np.ndarray) -> tuple[float, ...]:
    metrics = classification_metrics(predicted.ravel(), actual.ravel())
    return metrics["accuracy"], metrics["recall"], metrics["f1"]


def _chances(chance: np.ndarray, actual: np.ndarray) -> tuple[float, ...]:
    said = (chance >= 0.5).astype(np.int64)
    return auc(chance, actual), calibration_error(chance, actual), *_classified(said, actual)
