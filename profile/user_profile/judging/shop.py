"""A shop in figures: its segments, what sells, and whether its forecasts hold."""

from typing import NamedTuple

import numpy as np

from ..dates import DAY, day_of
from ..features.labels import HORIZON, outlook_labels
from ..features.moments import test_moments
from ..model.decisions import decide
from ..model.interests import LEVELS
from ..model.outlook import Chances
from ..serving.lift import Lift, lift_curve
from ..serving.profiler import Profiler
from ..serving.segments import Segments, find_segments
from .curves import Calibration, outlook_calibration

DAYS = 28  # that count as now, beside as many before
TOP = 12  # items most sold
GROUPS = 10  # of customers, by the spend that is said
SHARES = tuple(np.linspace(0.02, 1, 50).tolist())


class Sold(NamedTuple):
    """An item that sells."""

    item: int
    now: int  # sessions that held it in the DAYS before
    before: int | None  # in the DAYS before those; None where the log does not reach so far


class Spend(NamedTuple):
    """Spend by tenths of the customers, those of whom least is said first."""

    said: np.ndarray  # (G,) mean of what is expected
    true: np.ndarray  # (G,) mean of what came


class Shop(NamedTuple):
    """A shop at one moment, and its forecasts at the date of the test."""

    moment: int
    users: np.ndarray  # (U,) who were customers by then
    sessions: int
    segments: Segments
    levels: np.ndarray  # (C, 3) share of the customers at each of LEVELS; (0, 3) without items
    sold: tuple[Sold, ...]  # most sold now first
    judged: str  # the date of the forecasts; "" if the log is too short for any
    calibration: dict[str, Calibration]  # of return and cancellation, where learned
    lift: dict[str, Lift]  # of these, and of spend
    spend: Spend | None


def read_shop(profiler: Profiler, users: np.ndarray, moment: int) -> Shop:
    """What can be said of a shop at ``moment``, of whose customers ``users`` are asked about."""
    history = profiler.history
    calibration = outlook_calibration(profiler)
    lift, spend, judged = _forecasts(profiler, calibration)
    return Shop(
        moment, users, int((history.end < moment).sum()), find_segments(profiler, users, moment),
        _levels(profiler, users, moment), _sold(profiler, moment), judged, calibration, lift,
        spend,
    )  # fmt: skip


def expected_spend(chances: Chances, residuals: np.ndarray) -> np.ndarray:
    """Mean of the mixture that `decisions.amount` has the quantiles of, (M,)."""
    logs = chances.expected_log[:, None] + residuals
    return chances.returned * np.exp(np.minimum(logs, 60)).mean(axis=1)


def _levels(profiler: Profiler, users: np.ndarray, moment: int) -> np.ndarray:
    if not profiler.ranks:
        return np.zeros((0, len(LEVELS)))
    chances = profiler.levels(users, np.full(len(users), moment))
    said = decide(chances, profiler.decisions.levels[0])  # (U, C)
    return np.stack([(said == level).mean(axis=0) for level in range(len(LEVELS))], axis=1)


def _sold(profiler: Profiler, moment: int) -> tuple[Sold, ...]:
    if not profiler.ranks:
        return ()
    season = profiler.featurizer.season
    day = season.day(np.array([moment]))
    now = season.since(season.sold, day, DAYS)[0]
    both = season.since(season.sold, day, 2 * DAYS)[0]
    best = np.argsort(-now, kind="stable")[:TOP]
    begun = int(profiler.history.start.min()) // DAY <= moment // DAY - 2 * DAYS
    before = [int(x) if begun else None for x in (both - now)[best]]
    return tuple(Sold(int(i), int(now[i]), x) for i, x in zip(best, before) if now[i] > 0)


def _forecasts(
    profiler: Profiler, calibration: dict[str, Calibration]
) -> tuple[dict[str, Lift], Spend | None, str]:
    """At the date of the test: how far each forecast carries, and what was said of spend."""
    test = test_moments(profiler.history)
    if not len(test.user):
        return {}, None, ""
    comes, said = outlook_labels(profiler.history, *test), profiler.outlook(*test)
    lift, spend = {}, None
    for title, field in (("return", "returned"), ("cancellation", "cancelled")):
        if title in calibration:
            lift[title] = lift_curve(getattr(said, field), getattr(comes, field), SHARES)
    residuals = profiler.decisions.residuals
    if len(residuals) and (comes.spend > 0).any():
        expected = expected_spend(said, residuals)
        lift["spend"] = lift_curve(expected, comes.spend, SHARES)
        groups = np.array_split(np.argsort(expected, kind="stable"), min(GROUPS, len(expected)))
        spend = Spend(
            np.array([expected[group].mean() for group in groups]),
            np.array([comes.spend[group].mean() for group in groups]),
        )
    return lift, spend, f"{day_of(test.time[0])}, for the {HORIZON} days after"
