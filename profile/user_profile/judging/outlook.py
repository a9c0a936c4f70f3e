"""How well the coming 90 days are foreseen at the date of the test, beside other forecasters.

Everybody who had bought before a date 90 days before the log ends (`features.moments`). All that is
fitted has seen what ended before that date and nothing else: a model for this table is trained on
the log cut there.
"""

from typing import NamedTuple, Protocol, Self

import numpy as np

from ..dates import day_of
from ..features.history import History
from ..features.labels import HORIZON, outlook_labels, spend_band
from ..features.moments import Moments, test_moments, training_moments
from ..model.decisions import AMOUNT_LEVELS, amount, decide_band
from ..model.outlook import SPEND_BANDS
from ..serving.profiler import Profiler
from .interests import accuracy, classified, macro_f1
from .metrics import auc, calibration_error
from .table import Table, verdict

_LEAST = 1e-6  # chances are held away from 0 and 1 by it, so that a log-loss is finite


class Forecast(NamedTuple):
    """What is said of M moments; None where a forecaster says nothing."""

    returned: np.ndarray | None = None  # (M,) chance
    cancelled: np.ndarray | None = None  # (M,) chance
    band: np.ndarray | None = None  # (M,) of SPEND_BANDS
    likeliest: np.ndarray | None = None  # (M,), where the band said is not the likeliest
    amount: np.ndarray | None = None  # (M,) money


class Forecaster(Protocol):
    """What can be compared. ``bands`` (2,) is where the medium and the high spends begin."""

    name: str

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        """Learn from ``moments``, whose horizons end before the test."""
        ...

    def forecast(self, history: History, moments: Moments) -> Forecast: ...


class ProfileForecaster:
    """The profile model as a forecaster: trained already."""

    name = "profile model"

    def __init__(self, profiler: Profiler) -> None:
        self.profiler = profiler

    def fit(self, history: History, moments: Moments, bands: np.ndarray) -> Self:
        return self

    def forecast(self, history: History, moments: Moments) -> Forecast:
        chances, decisions = self.profiler.outlook(*moments), self.profiler.decisions
        band = decide_band(chances.returned, chances.spend, decisions.spend[0])
        middle = None
        if len(decisions.residuals):
            middle = amount(chances.returned, chances.expected_log, decisions.residuals, 0.5)
        likeliest = chances.spend.argmax(1)
        return Forecast(chances.returned, chances.cancelled, band, likeliest, middle)


def judge_outlook(profiler: Profiler, forecasters: list[Forecaster]) -> list[Table]:
    """Return, cancellation, spend band and amount; no table if the log is too short for a test.

    What never came true, or always did, gets no table either.
    """
    history = profiler.history
    fit, test = training_moments(history), test_moments(history)
    if not len(fit.user) or not len(test.user):
        return []
    bands = profiler.spec.thresholds.spend
    comes = outlook_labels(history, *test)
    said = {}
    for forecaster in (ProfileForecaster(profiler), *forecasters):
        forecaster.fit(history, fit, bands)
        said[forecaster.name] = forecaster.forecast(history, test)
    day = day_of(test.time[0])
    tables = []
    for title, field in (("Return", "returned"), ("Cancellation", "cancelled")):
        actual = getattr(comes, field)
        if len(np.unique(actual)) == 2:
            where = f"{title} within {HORIZON} days of {day}, {len(actual):,} customers"
            table = _chances(f"{where}, {actual.mean():.1%} do", _field(said, field), actual)
            tables.append(table)
    if (comes.spend > 0).any():
        tables.append(_bands(said, spend_band(comes.spend, bands), bands, day))
        tables.append(_amounts(profiler, _field(said, "amount"), comes.spend, test))
    return tables


def log_likelihood(chance: np.ndarray, actual: np.ndarray) -> float:
    """Mean log of the chance given to what came true: minus the log-loss."""
    chance = np.clip(chance, _LEAST, 1 - _LEAST)
    return float(np.where(actual > 0, np.log(chance), np.log1p(-chance)).mean())


def _field(said: dict[str, Forecast], field: str) -> dict[str, np.ndarray]:
    values = {name: getattr(forecast, field) for name, forecast in said.items()}
    return {name: value for name, value in values.items() if value is not None}


def _rivals(said: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    return [pair for pair in said.items() if pair[0] != ProfileForecaster.name]


def _chances(title: str, said: dict[str, np.ndarray], actual: np.ndarray) -> Table:
    ours, rivals = said[ProfileForecaster.name], _rivals(said)
    rows = []
    for name, chance in said.items():
        yes = (chance >= 0.5).astype(np.int64)
        loss = -log_likelihood(chance, actual)
        numbers = auc(chance, actual), loss, calibration_error(chance, actual)
        rows.append((name, (*numbers, *classified(yes, actual))))
    return Table(
        title,
        ("AUC", "log-loss", "calibration", "accuracy", "macro recall", "macro F1"),
        tuple(rows),
        (
            verdict("AUC", auc, ours, rivals, actual),
            verdict("log-likelihood", log_likelihood, ours, rivals, actual),
        ),
    )


def _bands(
    forecasts: dict[str, Forecast], actual: np.ndarray, bands: np.ndarray, day: str
) -> Table:
    said = _field(forecasts, "band")
    likeliest = _field(forecasts, "likeliest")
    rows = said | {f"{name}, likeliest band": band for name, band in likeliest.items()}
    name, rivals = ProfileForecaster.name, _rivals(said)
    low, high = bands
    return Table(
        f"Spend band ({', '.join(SPEND_BANDS)}; low below {low:,.0f}, high from {high:,.0f}) "
        f"in {HORIZON} days from {day}",
        ("accuracy", "macro recall", "macro F1"),
        tuple((row, classified(band, actual)) for row, band in rows.items()),
        (
            verdict("macro F1", macro_f1, said[name], rivals, actual),
            verdict("accuracy of the likeliest", accuracy, likeliest[name], rivals, actual),
        ),
    )


def _amounts(
    profiler: Profiler, said: dict[str, np.ndarray], actual: np.ndarray, test: Moments
) -> Table:
    rows = [
        (name, (np.abs(value - actual).mean(), np.median(np.abs(value - actual))))
        for name, value in said.items()
    ]
    verdicts = []
    if ProfileForecaster.name in said:
        verdicts.append(
            verdict("error", _closeness, said[ProfileForecaster.name], _rivals(said), actual)
        )
        chances, residuals = profiler.outlook(*test), profiler.decisions.residuals
        low, _, high = (
            amount(chances.returned, chances.expected_log, residuals, level)
            for level in AMOUNT_LEVELS
        )
        held = ((low <= actual) & (actual <= high)).mean()
        verdicts.append(f"the interval of 80 % holds {held:.1%}")
    return Table(
        f"Amount spent in {HORIZON} days, mean {actual.mean():,.0f}",
        ("mean error", "median error"),
        tuple(rows),
        tuple(verdicts),
    )


def _closeness(value: np.ndarray, actual: np.ndarray) -> float:
    return -float(np.abs(value - actual).mean())
