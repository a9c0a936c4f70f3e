"""The one table every reader fills and everything downstream reads: who did what, when.

Ids become integer codes once, here, so that all later work is array work. The original ids stay
beside the columns in vocabularies: ``events.items[events.item[row]]`` is the id as it was read.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import DataError

MISSING = -1  # the code of an id that the log does not give


@dataclass(frozen=True)
class Events:
    """N events as equal-length columns, in the order of the file.

    Codes index the vocabulary of the same name; ``MISSING`` (-1) marks what was not given.
    """

    user: np.ndarray  # (N,) int32, code into users
    item: np.ndarray  # (N,) int32, code into items
    time: np.ndarray  # (N,) int64, seconds since 1970-01-01 UTC
    session: np.ndarray  # (N,) int32, code into sessions
    kind: np.ndarray  # (N,) int8, code into kinds
    quantity: np.ndarray  # (N,) float64, pieces (of a rating: its value)
    price: np.ndarray  # (N,) float64, of one piece; NaN if not given
    text: np.ndarray  # (N,) int32, code into texts
    users: tuple[str, ...]
    items: tuple[str, ...]
    sessions: tuple[str, ...]
    kinds: tuple[str, ...]
    texts: tuple[str, ...]  # what the log says of an item: description, title, genres
    user_features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # one value a user
    timed: bool = True  # False: no clock in the source, time is the row number
    micro: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    # (N,) int32, microseconds after ``time``: they order what happens within a second

    def __post_init__(self) -> None:
        if not len(self.micro):
            object.__setattr__(self, "micro", np.zeros(len(self.user), np.int32))
        lengths = {name: len(getattr(self, name)) for name in COLUMNS}
        if len(set(lengths.values())) > 1:
            raise DataError(f"The columns of an event table must be of one length, not {lengths}.")

    def __len__(self) -> int:
        return len(self.user)

    def take(self, rows: np.ndarray) -> "Events":
        """The events that ``rows`` (indices or a boolean mask) selects, same vocabularies."""
        return replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})

    def of_kind(self, *kinds: str) -> "Events":
        """The events of these kinds. Raises DataError for a kind the table does not know."""
        unknown = sorted(set(kinds) - set(self.kinds))
        if unknown:
            raise DataError(
                f"There are no events of kind {unknown[0]!r}; this log has {list(self.kinds)}."
            )
        return self.take(np.isin(self.kind, [self.kinds.index(kind) for kind in kinds]))

    @property
    def cancels(self) -> np.ndarray:
        """Which events are cancellations, (N,) bool."""
        if CANCELLATION not in self.kinds:
            return np.zeros(len(self), bool)
        return self.kind == self.kinds.index(CANCELLATION)

    def compact(self) -> "Events":
        """The same events with users, items and sessions that no longer occur left out."""
        changed: dict[str, Any] = {}
        for column, vocabulary in (("user", "users"), ("item", "items"), ("session", "sessions")):
            codes, kept = _drop_unused(getattr(self, column), len(getattr(self, vocabulary)))
            names = getattr(self, vocabulary)
            changed[column] = codes
            changed[vocabulary] = tuple(names[code] for code in kept)
            if column == "user":
                changed["user_features"] = {
                    name: tuple(values[code] for code in kept)
                    for name, values in self.user_features.items()
                }
        return replace(self, **changed)

    def item_texts(self) -> list[str]:
        """The text of each item, the most frequent one if the log has several; "" if none."""
        return most_said(self.texts_met(), self.texts, len(self.items))

    def texts_met(self) -> Counter[tuple[int, int]]:
        """How often which text stands beside which item."""
        given = (self.text != MISSING) & (self.item != MISSING)
        return Counter(zip(self.item[given].tolist(), self.text[given].tolist()))


def most_said(counts: Mapping[tuple[int, int], int], texts: Sequence[str], items: int) -> list[str]:
    """The text that is said most often beside each item, "" if none is."""
    best: dict[int, tuple[int, int]] = {}
    for (item, text), count in counts.items():
        best[item] = max(best.get(item, (0, 0)), (count, -text))
    return [texts[-best[item][1]] if item in best else "" for item in range(items)]


PURCHASE, CANCELLATION = "purchase", "cancellation"  # kinds of events that have a meaning
EVENT = "event"  # the one kind of a log that tells of none
COLUMNS = ("user", "item", "time", "session", "kind", "quantity", "price", "text", "micro")


def factorise(values: Iterable[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes (N,) int32 and the vocabulary, in order of first appearance; "" becomes MISSING."""
    values = list(values)
    vocabulary = tuple(value for value in dict.fromkeys(values) if value != "")
    code_of = dict(zip(vocabulary, range(len(vocabulary))), **{"": MISSING})
    return np.array(list(map(code_of.__getitem__, values)), dtype=np.int32), vocabulary


def _drop_unused(codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes (N,) renumbered without gaps, order kept, and the old codes (K,) that remain."""
    kept = np.flatnonzero(np.bincount(codes[codes != MISSING], minlength=size))
    new = np.full(size + 1, MISSING, dtype=codes.dtype)  # the last slot answers for MISSING
    new[kept] = np.arange(len(kept))
    return new[codes], kept
