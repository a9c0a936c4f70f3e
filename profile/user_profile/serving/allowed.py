"""Which items may be recommended: new ones or repeats, and of those in stock alone."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..errors import DataError
from ..features.history import History, ranges


class Allowed(NamedTuple):
    """What a recommendation may hold; by default anything."""

    items: np.ndarray | None = None  # (I,) bool, of the model's items; None: all
    new: bool = True  # what a customer never bought before
    repeated: bool = True  # what a customer bought before

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


def read_stock(path: str | Path) -> Collection[str]:
    """The ids of a text file, one a line; of a table, its first column. Raises DataError if none.

    A header is an id like any other, of no item.
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        raise DataError(f"There is no file {path}; check the path.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a UTF-8 list of items: {error}.") from None
    first = (line.replace(";", ",").replace("\t", ",").split(",")[0] for line in lines)
    found = {name.strip().strip('"') for name in first} - {""}
    if not found:
        raise DataError(f"{path} names no item; give an id a line.")
    return found
