"""A folder of Parquet files as the parts of a log of rows of items."""

from pathlib import Path

from attention.parallel.ranks import Ranks

from ..errors import DataError
from ..log.sessions import Sessions, single_event_sessions
from ..log.split import NO_TARGETS, split_last_sessions
from ..serving.scoring.folder import read_folder
from .parts import Part, Parts


def read_parts(folder: Path, workers: int, ranks: Ranks) -> Parts:
    """Histories as `score` takes them; each rank opens its own files. Raises DataError."""
    log = read_folder(folder, workers, ranks)
    items = log.of_first(lambda number: log.local[number].events.items)
    local = {number: _part(sessions) for number, sessions in log.local.items()}
    return Parts(local, workers, items, ranks)


def _part(sessions: Sessions) -> Part:
    """One event a session, and each user's last two held out."""
    single = single_event_sessions(sessions.events)
    try:
        split = split_last_sessions(single)
    except DataError:  # nobody here has three events: they only train
        return Part(single, NO_TARGETS, NO_TARGETS)
    return Part(single, split.validation, split.test)
