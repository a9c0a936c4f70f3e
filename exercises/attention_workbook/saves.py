"""Tells that a file was saved, by its time and size: that works on every file system."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SETTLE = 0.03  # seconds in which a file that is being written changes again


class Saved(NamedTuple):
    """A file as it lies there: when it was written, how long it is, which one it is."""

    written: int
    size: int
    inode: int


def seen(path: Path) -> Saved | None:
    """The file as it lies there now; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return Saved(found.st_mtime_ns, found.st_size, found.st_ino)


def settled(path: Path, sleep: Callable[[float], None]) -> Saved | None:
    """The same, once nobody writes to it any more."""
    saved = seen(path)
    while True:
        sleep(SETTLE)
        again = seen(path)
        if again == saved:
            return saved
        saved = again
