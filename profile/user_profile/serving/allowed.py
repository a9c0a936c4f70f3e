"""Which items may be recommended: new ones or repeats, and of those in stock alone."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import DataError
from ..features.history import History, ranges
from ..log.readers.names import known_columns
from ..log.readers.rows import WHITESPACE, delimiter_of
from ..log.sources import open_source


class Allowed(NamedTuple):
    """What a recommendation may hold; by default anything."""

    items: np.ndarray | None = None  # (I,) bool, of the model's items; None: all
    new: bool = True  # what a customer never bought before
    repeated: bool = True  # what a customer bought before
    new_places: int = 0  # of a list, kept for what is new

    def mask(self, history: History, users: np.ndarray, moment: int) -> np.ndarray | None:
        """Which items each of ``users`` (U,) may be shown, (U, I); None: all."""
        if self.items is None and self.new and self.repeated:
            return None
        size = len(history.items)
        mask = np.full((len(users), size), self.new)
        if self.new != self.repeated:
            row, item = bought_before(history, users, moment)
            mask[row, item] = self.repeated
        if self.items is not None:
            mask &= self.items
        return mask


def bought_before(
    history: History, users: np.ndarray, moment: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a row of ``users`` and a known item that customer had bought before ``moment``."""
    known = history.known_sessions(users, np.full(len(users), moment))
    first = history.user_offsets[users]
    begin = history.offsets[first]
    row, behaviour = ranges(begin, history.offsets[first + known] - begin)
    item = history.item[behaviour]
    keep = history.bought[behaviour] & (item < len(history.items))
    return row[keep], item[keep]


def read_stock(path: str | Path) -> list[str]:
    """The ids of a text file, one a line; of a table, its column of items, or else its first.

    A header is known by its names, as that of a log is. Raises DataError if no item is named.
    """
    lines = [line for line in open_source(path).lines() if line.strip()]
    delimiter = (
        delimiter_of(lines[0]).strip(WHITESPACE) or "," if lines else ","
    )  # "red mug" is one
    rows = list(csv.reader(lines, delimiter=delimiter))
    if rows and (name := known_columns(rows[0]).get("item")):
        place = rows[0].index(name)
        rows = [row[place : place + 1] for row in rows[1:]]
    found = dict.fromkeys(row[0].strip() for row in rows if row and row[0].strip())
    if not found:
        raise DataError(f"{path} names no item; give an id a line.")
    return list(found)
