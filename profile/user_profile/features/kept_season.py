"""The season of a log, kept beside prepared logs: to count it anew takes longer than to answer.

A copy is named after all that it was counted from, this code among it, so that another log or
another release finds none; a damaged one is made anew.
"""

import sys
from pathlib import Path

import numpy as np

from attention.files import ArrayFile, FileFormatError, fingerprint, save_arrays

from ..log.kept import bound, cache_folder
from . import season as room
from .history import History
from .season import Season, read_season

_MOST = 200_000_000  # bytes of one copy
_COUNTED = ("item", "bought", "price", "offsets", "user", "start", "end", "items")


def kept_season(history: History) -> Season:
    """`read_season(history)`, from the copy if there is one; else it leaves one there."""
    code = Path(room.__file__).read_text("utf-8")
    mark = fingerprint(code, *(getattr(history, name) for name in _COUNTED))
    path = cache_folder() / f"season-{mark}.npz"
    try:
        with ArrayFile(path, "a kept season") as file:
            found = file.read_all()
        path.touch()
        begin, length = found.pop("days").tolist()
        return Season(begin, length, **found)
    except (OSError, FileFormatError, ValueError, KeyError, TypeError):
        pass
    season = read_season(history)
    tables = season._asdict()
    days = np.array([tables.pop("begin"), tables.pop("length")])
    if sum(table.nbytes for table in tables.values()) <= _MOST:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_arrays(path, {"days": days, **tables})
            bound(path.parent, path)
        except OSError as error:
            print(f"the season is not kept: {error}", file=sys.stderr)
    return season
