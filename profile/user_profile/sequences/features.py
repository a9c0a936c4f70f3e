"""What is known of a user besides the items: any columns, as codes for the first position.

A column of numbers with many values is cut into tenths. Code 0 of each column is "not known": new
users and values that training never met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_MANY = 12  # distinct numbers above which a column is cut
_PARTS = 10


@dataclass(frozen=True)
class Column:
    """One feature: the values it may have, or the numbers between its parts."""

    name: str
    values: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()

    @property
    def size(self) -> int:
        return 2 + len(self.edges) if self.edges else 1 + len(self.values)

    def codes(self, values: Sequence[str]) -> np.ndarray:
        """Codes (U,) of one value a user; 0 for what is not known."""
        if self.edges:
            numbers = np.array([_number(value) for value in values])
            known = ~np.isnan(numbers)
            return np.where(known, 1 + np.searchsorted(self.edges, numbers, side="right"), 0)
        code_of = {value: code for code, value in enumerate(self.values, start=1)}
        return np.array([code_of.get(value, 0) for value in values], dtype=np.int64)


class UserFeatures:
    """Columns side by side in one embedding table of `size` rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.size = sum(column.size for column in self.columns)

    def codes(self, features: Mapping[str, Sequence[str]], users: int) -> np.ndarray:
        """Rows of the table, (U, K), one a column; a column that is not given is not known."""
        codes = np.zeros((users, len(self.columns)), dtype=np.int64)
        first = 0
        for k, column in enumerate(self.columns):
            if column.name in features:
                codes[:, k] = column.codes(features[column.name])
            codes[:, k] += first
            first += column.size
        return codes

    @property
    def unknown(self) -> np.ndarray:
        """The codes (K,) of a user of whom nothing is known."""
        return self.codes({}, 1)[0]


def learn_features(features: Mapping[str, Sequence[str]]) -> UserFeatures:
    """The columns of a log's users, "" meaning not given; those with one value tell nothing."""
    columns = []
    for name, values in features.items():
        distinct = sorted(set(values) - {""})
        numbers = np.array([_number(value) for value in distinct])
        if len(distinct) > _MANY and not np.isnan(numbers).any():
            given = np.array([_number(value) for value in values if value != ""])
            cuts = np.unique(np.quantile(given, np.arange(1, _PARTS) / _PARTS))
            columns.append(Column(name, edges=tuple(cuts.tolist())))
        elif len(distinct) > 1:
            columns.append(Column(name, values=tuple(distinct)))
    return UserFeatures(columns)


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan
