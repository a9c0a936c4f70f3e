"""A log that is ready to train on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import DataError
from .categories import Categories, find_categories, read_categories, told_categories
from .clean import CleaningReport
from .events import PURCHASE
from .ids import matched
from .sessions import Sessions, group_sessions
from .split import Split, split_last_sessions


@dataclass(frozen=True)
class Prepared:
    """A log, ready to train on."""

    sessions: Sessions  # of every kind of behaviour
    read: str  # what was met when it was read
    cleaned: CleaningReport
    texts: list[str]  # of each item

    @cached_property
    def purchases(self) -> Sessions:
        """Of what is to be predicted alone, in the same codes."""
        return purchases_of(self.sessions) or self.sessions

    @property
    def ranks(self) -> bool:
        """Whether there are items to rank: a log of visits and money names one for all."""
        return len(self.sessions.events.items) > 1

    def split(self) -> Split:
        """The protocol's split. Raises DataError if no customer has three sessions."""
        kinds = self.sessions.events.kinds
        return split_last_sessions(self.sessions, kind=PURCHASE if PURCHASE in kinds else None)

    def categories(self, path: str | Path | None = None) -> Categories:
        return choose_categories(self.sessions.events.items, self.texts, path)

    def user(self, name: str) -> int:
        """The code of a customer. Raises DataError for one that the log does not know."""
        users = self.sessions.events.users
        found = matched([name], users)
        if name not in found:
            raise DataError(
                f"There is no customer {name!r} in this log; its {len(users):,} customers have "
                f"ids such as {users[0]!r}."
            )
        return users.index(found[name])


def choose_categories(
    items: Sequence[str], texts: Sequence[str], path: str | Path | None = None
) -> Categories:
    """From the user's own file, or the ``texts`` of items, or one for all if neither tells any."""
    if path is not None:
        return read_categories(path, items)
    if not any(texts):
        return Categories(np.zeros(len(items), np.int32), ("all items",), {})
    if told := told_categories(texts):
        return told
    try:
        return find_categories(texts)
    except DataError:  # too few, or nothing that items share
        return Categories(np.zeros(len(items), np.int32), ("all items",), {})


def purchases_of(sessions: Sessions) -> Sessions | None:
    """Of what is to be predicted alone, in the same codes; None where there is nothing."""
    if PURCHASE not in sessions.events.kinds:
        return sessions
    bought = sessions.events.of_kind(PURCHASE)
    return group_sessions(bought) if len(bought) else None
