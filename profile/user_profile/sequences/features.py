"""What is known of a user besides the items: any columns, as codes for the first position.

A column of numbers with many values is cut into tenths. Code 0 of each column is "not known": new
users and values that training never met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from ..log.parts import LogParts

_MANY = 12  # distinct numbers above which a column is cut
_PARTS = 10
_MOST = 100_000  # words of a column: a row of the table each
_DRAWN = 1_000_000  # users of whom the tenths are those
Features = Mapping[str, Sequence[str]]  # a value of each user


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


def learn_features(given: Features | LogParts[Features]) -> UserFeatures:
    """The columns of a log's users, "" meaning not given; those with one value tell nothing.

    `given` in parts are those of the users of each. Raises DataError for words without number.
    """
    parts = given if isinstance(given, LogParts) else LogParts({0: given})
    columns = []
    for name in parts.of_first(lambda number: tuple(parts.local[number])):
        found = _words_of_parts(parts, name)
        distinct = sorted(set().union(*(words for words, _ in found)))
        if len(distinct) > _MANY and all(numbers for _, numbers in found):
            columns.append(Column(name, edges=_edges(parts, name)))
        elif len(distinct) > _MOST:
            raise DataError(
                f"The user feature {name!r} has more than {_MOST:,} values, such as "
                f"{distinct[0]!r}: it names users rather than groups of them; leave it out."
            )
        elif len(distinct) > 1:
            columns.append(Column(name, values=tuple(distinct)))
    return UserFeatures(columns)


def _words_of_parts(parts: LogParts[Features], name: str) -> list[tuple[set[str], bool]]:
    return parts.of_each(lambda number: _words(parts.local[number][name]))


def _words(values: Sequence[str]) -> tuple[set[str], bool]:
    """The different values, as many as are needed, and whether all are numbers."""
    distinct = sorted(set(values) - {""})
    numbers = not np.isnan([_number(value) for value in distinct]).any()
    return set(distinct[: _MOST + 1]), numbers


def _edges(parts: LogParts[Features], name: str) -> tuple[float, ...]:
    """The numbers between the tenths of the users; of very many users, of some that are drawn."""
    given = {
        number: np.array([_number(value) for value in columns[name] if value != ""], np.float64)
        for number, columns in parts.local.items()
    }
    (values,) = parts.rows(
        lambda number: len(given[number]), _DRAWN, np.random.default_rng(0),
        lambda number, rows: (given[number][rows],),
    )  # fmt: skip
    return tuple(np.unique(np.quantile(values, np.arange(1, _PARTS) / _PARTS)).tolist())


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan
