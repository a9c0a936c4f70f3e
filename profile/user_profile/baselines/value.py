"""Customer value over a long span: what each customer will have spent, by models of repeat buying.

BG/NBD says how many purchase days to expect, gamma-gamma what one is worth. Judged on the later
half of the log, a year of it at most, beside what needs no model.
"""

import numpy as np

from ..dates import DAY, day_of
from ..features.bg_nbd import BgNbd
from ..features.history import History
from ..features.moments import customers_at
from ..features.visits import read_visits
from ..judging.table import Table, verdict
from ..training.gamma_gamma import GammaGamma

_YEAR = 365 * DAY


def judge_value(history: History) -> list[Table]:
    """One table of values, none for a log without money or without anybody who came back."""
    begin, end = int(history.start.min()), history.last_moment + 1
    span = min(_YEAR, (end - begin) // 2)
    date = end - span
    customers = customers_at(history, np.array([date]))
    if not len(customers.user):
        return []
    visits, value = read_visits(history, customers)
    if not (visits.repeats > 0).any() or not (value > 0).any():
        return []
    model, worth = BgNbd().fit(visits), GammaGamma().fit(visits.repeats + 1, value)
    days = span / DAY
    money = np.where(history.start >= date, 1.0, 0.0)[history.session]
    actual = np.bincount(
        history.user[history.session], history.spent * history.bought * money, len(history.users)
    )[customers.user]
    rate = (visits.repeats + 1) * value / np.maximum(visits.age, 30) * days
    said = {
        "BG/NBD × gamma-gamma": model.expected(visits, days)
        * worth.expected(visits.repeats + 1, value),
        "spending on at the same rate": rate,
        "the mean of all": np.full(len(rate), rate.mean()),
    }
    name, *others = said
    rows = tuple(
        (name, (np.abs(v - actual).mean(), v.sum() / actual.sum(), _ranks_agree(v, actual)))
        for name, v in said.items()
    )
    day = day_of(date)
    return [
        Table(
            f"Value of {len(actual):,} customers in the {days:.0f} days from {day} on, "
            f"mean {actual.mean():,.0f}",
            ("mean error", "said / true", "Spearman"),
            rows,
            (verdict(f"{name}: error", _closeness, said[name], _pairs(said, others), actual),),
        )
    ]


def _pairs(said: dict[str, np.ndarray], names: list[str]) -> list[tuple[str, np.ndarray]]:
    return [(name, said[name]) for name in names]


def _closeness(value: np.ndarray, actual: np.ndarray) -> float:
    return -float(np.abs(value - actual).mean())


def _ranks_agree(value: np.ndarray, actual: np.ndarray) -> float:
    if np.ptp(value) == 0 or np.ptp(actual) == 0:
        return float("nan")
    ranks = [np.unique(x, return_inverse=True)[1].astype(float) for x in (value, actual)]
    return float(np.corrcoef(ranks)[0, 1])
