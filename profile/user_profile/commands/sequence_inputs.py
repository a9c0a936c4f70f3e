"""What the commands read: logs, users and features; mistakes are told before any work."""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import DataError
from ..log.events import CANCELLATION, MISSING, Events
from ..log.readers import read_events
from ..log.readers.report import rows_of
from ..log.sessions import Sessions, single_event_sessions
from ..log.split import Split, split_last_sessions
from ..sequences.recommender import Recommender
from ..sequences.settings import Settings
from .log_options import named_pairs, reading_of


class Files(argparse.Action):
    """FILE as it was given, or all of them where there are several; None where there is none."""

    def __call__(self, parser: Any, options: Any, values: Any, option: Any = None) -> None:
        found = values[0] if len(values) == 1 else values
        setattr(options, self.dest, found or None)


def named(options: argparse.Namespace) -> str:
    """FILE, for a sentence."""
    return options.file if isinstance(options.file, str) else ", ".join(options.file)


def read_log(options: argparse.Namespace) -> Events:
    if options.file is None:
        raise DataError("Name a FILE with the users' histories, or give --items.")
    events, report = read_events(options.file, options.format, **reading_of(options))
    print(report)
    nobody = events.user == MISSING
    if nobody.any():
        print(f"{rows_of(int(nobody.sum()))} without a user left out")
    back = events.cancels
    if CANCELLATION in events.kinds:
        print(
            f"{rows_of(int(back.sum()))} of cancellations left out: what went back was not chosen"
        )
    if (nobody | back).any():
        events = events.take(~(nobody | back)).compact()
    if not len(events):
        raise DataError(f"{named(options)} holds no row of a user that is no cancellation.")
    print(f"{len(events.users):,} users, {len(events.items):,} items, {len(events):,} interactions")
    return events


def split_log(options: argparse.Namespace, events: Events) -> tuple[Sessions, Split]:
    """One event a session, and each user's last two held out."""
    most = int(np.bincount(events.user).max(initial=0))
    if most < 3:
        raise DataError(
            f"No user of {named(options)} has three items (the most is {most}); training, "
            "validation and test need one each, so give a longer log."
        )
    if len(events.items) < 2:
        raise DataError(f"{named(options)} has one item only; ranking needs several.")
    sessions = single_event_sessions(events)
    return sessions, split_last_sessions(sessions)


def known_log(options: argparse.Namespace, recommender: Recommender) -> Events:
    """The log of FILE, its histories taken in by the recommender."""
    events = read_log(options)
    recommender.fit(single_event_sessions(events))
    tell_unknown(recommender.trained.items, events.items)
    return events


def tell_unknown(known: Sequence[str], items: Sequence[str]) -> None:
    learned = set(known)
    unknown = [item for item in items if item not in learned]
    if unknown:
        some = ", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else "")
        if len(unknown) == len(items):
            raise DataError(
                f"The model knows none of the {len(items):,} items of the log ({some}); give the "
                "log of its own shop, or train on this one."
            )
        print(
            f"{len(unknown):,} of {len(items):,} items are not known to the model and left out: "
            + some
        )


def one_user(options: argparse.Namespace, events: Events) -> int:
    if options.user not in events.users:
        raise DataError(
            f"There is no user {options.user!r} in {named(options)}; name one of it, or give what "
            "they had with --items."
        )
    return events.users.index(options.user)


def may_repeat(options: argparse.Namespace, settings: Settings) -> bool:
    """Whether items that a user had may come again: as trained, or as asked; told if it matters."""
    given: bool | None = options.repeat
    repeat = settings.repeat if given is None else given
    if repeat or settings.repeat:
        how = "as in training" if repeat == settings.repeat else "otherwise than in training"
        other = "--no-repeat leaves them out" if repeat else "--repeat leaves them in"
        what = "may come again" if repeat else "are left out"
        print(f"items that a user had {what}, {how} ({other})")
    return repeat


def known_features(options: argparse.Namespace, recommender: Recommender) -> dict[str, str]:
    """What --features says of a user. Raises DataError for a column that the model has not."""
    given = named_pairs("--features", options.features, "value") or {}
    columns = {column.name: column for column in recommender.trained.features.columns}
    for name, value in given.items():
        if name not in columns:
            raise DataError(
                f"The model knows no user feature {name!r}; it was trained with "
                f"{', '.join(columns) or 'none'}."
            )
        if not columns[name].codes([value])[0]:
            print(f"{name}={value} was not met in training and counts as not known")
    return given
