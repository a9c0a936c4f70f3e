"""A folder of Parquet files as the parts of a log of rows of items."""

from pathlib import Path

from attention.parallel.ranks import Ranks

from ..errors import DataError
from ..log.events import Events
from ..log.sessions import single_event_sessions
from ..log.split import NO_TARGETS, split_last_sessions
from ..serving.scoring.folder import read_folder
from .parts import Part, Parts


def read_parts(folder: Path, workers: int, ranks: Ranks) -> Parts:
    """Histories as `score` takes them, without cancellations: what went back was not chosen.

    Each rank opens its own files. Raises DataError.
    """
    log = read_folder(folder, workers, ranks)
    items = log.of_first(lambda number: log.local[number].events.items)
    kept = {number: one.events.take(~one.events.cancels) for number, one in log.local.items()}
    local = {number: _part(events) for number, events in kept.items() if len(events)}
    return Parts(local, workers, items, ranks)


def _part(events: Events) -> Part:
    """One event a session, and each user's last two held out."""
    single = single_event_sessions(events)
    try:
        split = split_last_sessions(single)
    except DataError:  # nobody here has three events: they only train
        return Part(single, NO_TARGETS, NO_TARGETS)
    return Part(single, split.validation, split.test)
