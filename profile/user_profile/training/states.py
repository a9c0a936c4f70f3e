"""The states of all customers of a log, encoded once: they are the same whenever one asks.

State k of a customer follows the first k sessions and knows no later one, so that one table answers
for every date.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..features.featurizer import Featurizer, Queries
from ..features.history import of_users, ranges
from ..model import ProfileModel

_CUSTOMERS, _BEHAVIOURS = 512, 16_000  # of a batch
_PART = 20_000  # customers whose history is looked at at once
_NOBODY = np.zeros(0, np.int64)


class States(NamedTuple):
    """Of each customer one before the first session and one after each: S + U rows."""

    rows: np.ndarray  # (S + U, E)
    first: np.ndarray  # (U,) the row before a customer's first session

    def at(self, users: np.ndarray, known: np.ndarray) -> np.ndarray:
        """After the first `known` (Q,) sessions of each of `users` (Q,), (Q, E)."""
        return self.rows[self.first[users] + known]

    def of(self, users: np.ndarray, places: int) -> np.ndarray:
        """The first `places` of each of `users` (u,): (u, places, E).

        Behind a customer's last stands what is never looked at.
        """
        row = self.first[users][:, None] + np.arange(places)
        return self.rows[np.minimum(row, len(self.rows) - 1)]

    def of_users(self, users: np.ndarray) -> "States":
        """Those of `users` (u,) alone, distinct, who become customers 0 to u - 1."""
        ends = np.append(self.first[1:], len(self.rows))
        counts = ends[users] - self.first[users]
        return States(self.rows[ranges(self.first[users], counts)[1]], np.cumsum(counts) - counts)


def encode_all(model: ProfileModel, featurizer: Featurizer) -> States:
    """The states of everybody in the log of `featurizer`."""
    history = featurizer.history
    count = np.diff(history.user_offsets)
    first = history.user_offsets[:-1] + np.arange(len(count))
    start = model.customers.start.data
    rows = np.empty((len(history.user) + len(count), len(start)), start.dtype)
    behaviours = np.diff(history.offsets[history.user_offsets])
    order = np.lexsort((behaviours, count))
    for begin in range(0, len(order), _PART):
        users = np.sort(order[begin : begin + _PART])
        part = featurizer.with_history(of_users(history, users), featurizer.side[users])
        for chosen in _packs(behaviours[users], count[users]):
            there, states = _encode(model, part, chosen)
            places = first[users[chosen]][:, None] + np.arange(states.shape[1])
            rows[places[there]] = states[there]
    return States(rows, first)


def _packs(behaviours: np.ndarray, count: np.ndarray) -> Iterator[np.ndarray]:
    """Customers of as many sessions together, up to `_CUSTOMERS` and `_BEHAVIOURS`."""
    order = np.lexsort((behaviours, count))
    before = np.cumsum(behaviours[order]) // _BEHAVIOURS
    begin = 0
    while begin < len(order):
        end = np.searchsorted(before, before[begin], "right")
        end = min(int(end), begin + _CUSTOMERS)
        yield np.sort(order[begin:end])
        begin = end


def _encode(
    model: ProfileModel, featurizer: Featurizer, users: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """States (u, 1 + T, E) of some customers after all of their sessions, and which are real."""
    history = featurizer.history
    ends = np.full(len(users), history.last_moment + 1)
    batch = featurizer.batch(users, Queries(_NOBODY, _NOBODY, users, ends))
    states, _ = model.encode(batch)
    counts = history.user_offsets[users + 1] - history.user_offsets[users]
    return np.arange(states.shape[1]) <= counts[:, None], states
