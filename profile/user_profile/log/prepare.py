"""From a file to everything training and judging need: read, cleaned, grouped, and kept."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from ..errors import DataError
from .charges import named_charges, tell_likely
from .clean import charges_of, clean_events
from .events import Events
from .kept import KeptLog
from .prepared import Prepared
from .readers import Reading, read_events
from .readers.online_retail import SHIPPED
from .sessions import Sessions, group_sessions

MOST_SESSIONS = 500  # of one customer: memory grows with the square of the longest history


def prepare(
    path: str | Path | Sequence[str | Path] | None = None,
    format: str | None = None,
    *,
    user_features: str | Path | None = None,
    charges: Sequence[str] = (),
    keep_charges: bool = False,
    keep_duplicates: bool = False,
    keep: bool = False,
    **reading: Unpack[Reading],
) -> Prepared:
    """Read, clean and group a log; without ``path`` the one that ships with the package.

    ``path``, ``format`` and ``reading``, such as ``mapping``, as in `readers.read_events`.
    ``charges`` are ids of items that are no goods, which are set apart and counted.
    ``keep_charges`` leaves postage, fees and the like among the items, as other work on the shipped
    log does: they are easy to predict, and of no use to recommend. ``keep_duplicates``: a row that
    repeats another in every column is a second purchase. ``user_features``: a CSV file
    whose first column is the customer and whose others are side features. ``keep``: use the copy
    that `KeptLog` holds, or leave one there. Raises DataError if a file cannot be used.
    """
    decides: dict[str, Any] = {name: reading.get(name) for name in Reading.__annotations__}
    decides |= {
        "format": format,
        "charges": list(charges),
        "keep_charges": keep_charges,
        "keep_duplicates": keep_duplicates,
        "features_file": user_features,
    }
    kept = KeptLog(SHIPPED if path is None else path, decides) if keep else None
    found = kept.load() if kept else None
    if found is not None:
        return found
    events, read = read_events(path, format, **reading)
    refused = {*named_charges(charges, events, read.notes)}
    refused |= set(() if keep_charges else charges_of(read.format))
    if read.format != "online_retail":
        tell_likely(events, refused, read.notes)
    events, cleaned = clean_events(events, refused, keep_duplicates)
    if user_features is not None:
        events = with_user_features(events, user_features)
    sessions = group_sessions(events)
    kept_sessions = bounded(sessions, read.notes)
    removed = len(sessions.events) - len(kept_sessions.events)
    cleaned = cleaned.grouped(kept_sessions, removed)
    prepared = Prepared(kept_sessions, str(read), cleaned, events.item_texts())
    if kept:
        kept.save(prepared)
    return prepared


def bounded(sessions: Sessions, notes: list[str], most: int = MOST_SESSIONS) -> Sessions:
    """The latest `most` of each customer; whoever has more is named."""
    longest = np.flatnonzero(sessions.counts > most)
    if not len(longest):
        return sessions
    names = [f"{sessions.events.users[user]!r} ({sessions.counts[user]:,})" for user in longest[:5]]
    more = f" and {len(longest) - 5:,} more" if len(longest) > 5 else ""
    notes.append(
        f"more than {most} sessions: {', '.join(names)}{more}; the latest "
        f"{most} are read (is it one customer, or a till?)"
    )
    left = np.repeat(sessions.user_offsets[1:], sessions.counts) - np.arange(len(sessions))
    return sessions.take(left <= most)


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
