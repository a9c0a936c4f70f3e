"""Are chances what they say, and how far do audiences carry? Points to print and to draw.

Both are of the date of the test, as all of the outlook (`judging.outlook`).
"""

from typing import Any, NamedTuple

import numpy as np
import scipy  # its parts load when they are first used

from ..dates import day_of
from ..features.labels import HORIZON, bought_of, outlook_labels
from ..features.moments import test_moments
from ..serving.lift import SHARES, Lift, lift_curve
from ..serving.profiler import Profiler
from .metrics import calibration_error
from .table import Table

_BINS = 10
_DRAWS = 100


class Calibration(NamedTuple):
    """Chances by tenths: B bins that hold somebody."""

    said: np.ndarray  # (B,) mean chance
    true: np.ndarray  # (B,) share that came true
    low: np.ndarray  # (B,) and its 95 % interval, Wilson (1927)
    high: np.ndarray  # (B,)
    customers: np.ndarray  # (B,)
    error: float  # mean gap, weighed by customers
    by_chance: float  # the error that right chances would show with so many customers, its mean
    at_most: float  # and what 95 % of such errors stay below
    shifted: float  # the error after the best shift of all log-odds, known in hindsight alone

    def rows(self) -> list[dict[str, Any]]:
        """Plain values, for a table, a CSV file, JSON or a picture."""
        names = ("said", "true", "low", "high", "customers")
        columns = (np.round(getattr(self, name), 4).tolist() for name in names)
        return [dict(zip(names, values)) for values in zip(*columns)]


def calibration_curve(chance: np.ndarray, actual: np.ndarray, rng: int = 0) -> Calibration:
    """``chance`` (N,) in [0, 1] against ``actual`` (N,), 0 or 1."""
    chance, actual = np.asarray(chance, np.float64), np.asarray(actual, np.float64)
    code = np.minimum((chance * _BINS).astype(np.int64), _BINS - 1)
    count = np.bincount(code, minlength=_BINS)
    bins = np.flatnonzero(count)
    n = count[bins].astype(np.float64)
    said = np.bincount(code, chance, _BINS)[bins] / n
    true = np.bincount(code, actual, _BINS)[bins] / n
    z = 1.96
    middle = (true + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(true * (1 - true) / n + z**2 / (4 * n**2))
    draw = np.random.default_rng(rng)
    others = [calibration_error(chance, draw.random(len(chance)) < chance) for _ in range(_DRAWS)]
    error = calibration_error(chance, actual)
    return Calibration(
        said, true, np.maximum(middle - half, 0), np.minimum(middle + half, 1), count[bins],
        error, float(np.mean(others)), float(np.quantile(others, 0.95)), _shifted(chance, actual),
    )  # fmt: skip


def _shifted(chance: np.ndarray, actual: np.ndarray) -> float:
    """The calibration error once the mean chance is what came true."""
    odds = scipy.special.logit(np.clip(chance, 1e-9, 1 - 1e-9))
    if not 0 < actual.mean() < 1:
        return calibration_error(chance, actual)

    def too_many(shift: float) -> float:
        return float((scipy.special.expit(odds + shift) - actual).sum())

    shift = scipy.optimize.brentq(too_many, -50, 50)
    return calibration_error(scipy.special.expit(odds + shift), actual)


def outlook_calibration(profiler: Profiler) -> dict[str, Calibration]:
    """Of the chances of return and cancellation, by title; only of what was learned and varies."""
    history = profiler.history
    test = test_moments(history)
    if not len(test.user):
        return {}
    comes, said = outlook_labels(history, *test), profiler.outlook(*test)
    found = {}
    for title, field in (("return", "returned"), ("cancellation", "cancelled")):
        actual = getattr(comes, field)
        if field in profiler.decisions.taught and len(np.unique(actual)) == 2:
            found[title] = calibration_curve(getattr(said, field), actual)
    return found


def calibration_table(profiler: Profiler) -> Table | None:
    """Said and true by tenths of the chance, for each of `outlook_calibration`."""
    found = outlook_calibration(profiler)
    if not found:
        return None
    columns = ("true", "low", "high", "customers")
    rows = [
        (
            f"{title}, said {row['said']:.0%}",
            tuple(row[name] for name in columns),
        )
        for title, curve in found.items()
        for row in curve.rows()
    ]
    return Table(
        f"Chances of {' and '.join(found)} within {HORIZON} days, by tenths",
        columns,
        tuple(rows),
        tuple(
            f"calibration error of {title} {curve.error:.4f}; right chances would show "
            f"{curve.by_chance:.4f} with so many customers, below {curve.at_most:.4f} in 95 %; "
            f"after the best shift of all, in hindsight, {curve.shifted:.4f}"
            for title, curve in found.items()
        ),
    )


class AudienceCurves(NamedTuple):
    """Audiences of all categories, pooled: who of all customers buys of it within the horizon."""

    expected: Lift  # as said, by interest and return
    true: Lift  # as it came, in the same order
    by_interest: Lift  # as it came, by interest alone
    by_counts: Lift  # as it came, by what was bought of the category before
    calibration: Calibration


def audience_curves(profiler: Profiler) -> AudienceCurves | None:
    """Means over the categories; None where the log is too short or there is nothing to rank."""
    test = test_moments(profiler.history)
    if not len(test.user) or not profiler.ranks or "returned" not in profiler.decisions.taught:
        return None
    interest = 1 - profiler.levels(*test)[:, :, 0]  # (M, C)
    said = profiler.buys_within(*test, profiler.outlook(*test).returned, interest)
    of_items = profiler.spec.category, len(profiler.spec.category_names)
    before = bought_of(profiler.history, *of_items, *test, -1)
    actual = (bought_of(profiler.history, *of_items, *test, HORIZON) > 0).astype(np.float64)
    bought = np.flatnonzero(actual.any(0))

    def mean(score: np.ndarray, buys: np.ndarray) -> Lift:
        curves = [lift_curve(score[:, c], buys[:, c]) for c in bought]
        return Lift(*(np.mean(column, axis=0) for column in zip(*curves)))

    calibration = calibration_curve(said[:, bought].ravel(), actual[:, bought].ravel())
    return AudienceCurves(
        mean(said, said),
        mean(said, actual),
        mean(interest, actual),
        mean(before, actual),
        calibration,
    )


def audience_table(profiler: Profiler) -> Table | None:
    """Said and true precision of the first customers of `target`, means over the categories."""
    curves = audience_curves(profiler)
    if curves is None:
        return None
    rows = []
    for place, share in enumerate(SHARES):
        others = (curves.true, curves.by_interest, curves.by_counts)
        values = (curves.expected.precision[place], curves.true.precision[place],
                  *(curve.lift[place] for curve in others))  # fmt: skip
        rows.append((f"the first {share:.0%}", values))
    day = day_of(test_moments(profiler.history).time[0])
    return Table(
        f"Audiences of {len(profiler.spec.category_names)} categories on {day}: who buys of it "
        f"within {HORIZON} days, by interest and return",
        ("said", "true", "lift", "lift by interest", "lift by past counts"),
        tuple(rows),
        (
            f"calibration error {curves.calibration.error:.4f}; right chances would show "
            f"{curves.calibration.by_chance:.4f}",
        ),
    )
