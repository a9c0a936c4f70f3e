"""What all batches share, whoever scores them: the moment, and what was sold on each day before it.

Sales add up: each part of the customers is counted by itself, and the sums are those of the whole.
"""

from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from attention.files import ArrayFile, Field, fingerprint, save_arrays

from ...errors import DataError
from ...features.history import read_history
from ...features.season import Days, Sales, Season, count_sales, season_of
from ...model.trained import Trained
from .histories import read_batch

_WHAT = "a plan of scoring"


class Plan(NamedTuple):
    """The same plan and model give a batch the same scores, on whichever machine."""

    moment: int  # seconds, from which the scores look ahead
    top: int  # next purchases a customer
    model: str  # fingerprint
    days: Days
    sales: Sales

    @property
    def season(self) -> Season:
        return season_of(self.days, self.sales)

    def check(self, other: "Plan", where: str) -> None:
        """Raises DataError if what stands beside finished scores would give others."""
        for name in ("model", "top", "moment"):
            if getattr(self, name) != getattr(other, name):
                raise DataError(
                    f"{where} holds scores of another {name}; give it as it was, or another --out."
                )

    def save(self, path: str | Path) -> None:
        arrays = {name: np.array(getattr(self, name)) for name in ("moment", "top", "model")}
        sales = {f"sales/{name}": table for name, table in self.sales._asdict().items()}
        save_arrays(path, {**arrays, "days": np.array(self.days), **sales})

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Raises FileNotFoundError or FileFormatError."""
        with ArrayFile(path, _WHAT) as file:
            found = file.read({"days": Field("i", (3,)), "moment": Field("i", ()),
                               "top": Field("i", ())})  # fmt: skip
            model = file.text("model")
            days = Days(*found["days"].tolist())
            tables = {f"sales/{name}": Field("f", (days.number, None)) for name in Sales._fields}
            sales = Sales(*file.read(tables).values())
        return cls(int(found["moment"]), int(found["top"]), model, days, sales)


def fingerprint_of(trained: Trained) -> str:
    spec = trained.spec
    state = trained.model.state_dict()
    return fingerprint(list(state), *state.values(), spec.items, spec.kinds)


def no_sales(days: Days, items: int) -> Sales:
    return Sales(*(np.zeros((days.number, items)) for _ in Sales._fields))


def add_sales(
    sales: Sales, batch: Any, trained: Trained, days: Days, where: str
) -> tuple[int, int]:
    """Add to ``sales`` what the customers of a record batch bought.

    Returns how much happened there, and how much of that with items that the model knows.
    """
    spec = trained.spec
    sessions = read_batch(batch, where, tuple(spec.side))
    if sessions is None:
        return 0, 0
    history = read_history(sessions, items=spec.items, kinds=spec.kinds)
    for table, more in zip(sales, count_sales(history, days)):
        table += more
    return len(history.item), int((history.item < len(history.items)).sum())
