"""From a file to everything training and judging need: sessions, split, categories."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import DataError
from .categories import Categories, find_categories, read_categories
from .clean import CleaningReport, charges_of, clean_events
from .events import Events
from .readers import ReadReport, read_events
from .readers.online_retail import PURCHASE
from .sessions import Sessions, group_sessions
from .split import Split, split_last_sessions


@dataclass(frozen=True)
class Prepared:
    """A log, ready to train on."""

    sessions: Sessions  # of every kind of behaviour
    purchases: Sessions  # of what is to be predicted alone, in the same codes
    read: ReadReport
    cleaned: CleaningReport
    texts: list[str]  # of each item

    def split(self) -> Split:
        """The protocol's split. Raises DataError if no customer has three sessions."""
        kinds = self.sessions.events.kinds
        return split_last_sessions(self.sessions, kind=PURCHASE if PURCHASE in kinds else None)

    def categories(self, path: str | Path | None = None) -> Categories:
        """From the user's own file, or found in the descriptions, or one for all without any."""
        items = self.sessions.events.items
        if path is not None:
            return read_categories(path, items)
        if not any(self.texts):
            return Categories(np.zeros(len(items), np.int32), ("all items",), {})
        return find_categories(self.texts)

    def user(self, name: str) -> int:
        """The code of a customer. Raises DataError for one that the log does not know."""
        users = self.sessions.events.users
        if name not in users:
            raise DataError(
                f"There is no customer {name!r} in this log; its {len(users):,} customers have "
                f"ids such as {users[0]!r}."
            )
        return users.index(name)


def prepare(
    path: str | Path | Sequence[str | Path] | None = None,
    format: str | None = None,
    *,
    mapping: dict[str, str] | None = None,
    encoding: str | None = None,
    date_format: str | None = None,
    table: str | None = None,
    query: str | None = None,
    user_features: str | Path | None = None,
    keep_charges: bool = False,
) -> Prepared:
    """Read, clean and group a log; without ``path`` the one that ships with the package.

    ``keep_charges`` leaves postage, fees and the like among the items, as other work on the shipped
    log does: they are easy to predict, and of no use to recommend. ``user_features``: a CSV file
    whose first column is the customer and whose others are side features. Raises DataError if a
    file cannot be used.
    """
    events, read = read_events(
        path,
        format,
        mapping=mapping,
        encoding=encoding,
        date_format=date_format,
        table=table,
        query=query,
    )
    events, cleaned = clean_events(events, () if keep_charges else charges_of(read.format))
    if user_features is not None:
        events = with_user_features(events, user_features)
    kinds = events.kinds
    sessions = group_sessions(events)
    purchases = group_sessions(events.of_kind(PURCHASE)) if PURCHASE in kinds else sessions
    return Prepared(sessions, purchases, read, cleaned, events.item_texts())


def with_user_features(events: Events, path: str | Path) -> Events:
    """The events with the columns of a CSV file as further features of their users."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row]
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; give a CSV file of user features.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read as a UTF-8 CSV file of user features: {error}."
        ) from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise DataError(f"{path} needs a header, a column of users and at least one feature.")
    names = rows[0][1:]
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise DataError(
                f"{path}, line {line}: {len(row)} columns where the header has {len(rows[0])}."
            )
    values_of = {row[0]: row[1:] for row in rows[1:]}
    missing = [""] * len(names)
    columns = zip(*(values_of.get(user, missing) for user in events.users))
    features = {**events.user_features, **dict(zip(names, columns))}
    return replace(events, user_features=features)
