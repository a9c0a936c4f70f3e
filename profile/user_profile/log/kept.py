"""A prepared log, kept in the user's cache directory so that the next command need not read it.

A copy is used only if the files, the options and this code are those it was made from; a damaged
one is made anew. All copies together are bounded, and old ones go.
"""

import dataclasses
import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from attention.files import ArrayFile, FileFormatError, save_arrays

from ..errors import DataError
from .clean import CleaningReport, Stage
from .events import COLUMNS, Events
from .prepared import Prepared
from .sessions import Sessions
from .sources.files import located

_ENDS = 1 << 16  # bytes at each end of a file that are hashed
_MOST = 1 << 30  # bytes of all copies
_AGE = 60 * 86_400  # seconds after its last use that a copy is kept
_OF_SESSIONS = ("offsets", "user", "time", "end", "user_offsets")
_NAMES = ("users", "items", "sessions", "kinds", "texts")
_SIDE = (".item", ".user", "movies.csv", "movies.dat", "users.dat", "u.item", "u.user")


class KeptLog:
    """The place of one prepared log. ``load`` gives None if there is none that can be trusted."""

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        options: Mapping[str, Any],
        folder: Path | None = None,
    ) -> None:
        """``options`` are all that the reading depends on; those ending in _file name files."""
        self.folder = folder or cache_folder()
        self.stamp = ""
        extra = [value for name, value in options.items() if name.endswith("_file") and value]
        try:
            files = [*located(path), *map(Path, extra)]
            beside = {file.resolve().parent for file in files}
            side = sorted(
                p for place in beside for p in place.iterdir() if p.is_file() and _is_side(p)
            )
            marks = [_mark(file) for file in [*files, *side]]
        except (OSError, DataError):
            return  # reading tells what is wrong, or it is no file: nothing is kept
        self.stamp = json.dumps([_code(), dict(options), marks], default=str)
        name = json.dumps([dict(options), [mark[0] for mark in marks]], default=str)
        self.path = self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.npz"

    def load(self) -> Prepared | None:
        if not self.stamp:
            return None
        try:
            with ArrayFile(self.path, "a kept log") as file:
                if file.text("stamp") != self.stamp:
                    return None
                arrays = file.read_all()
            os.utime(self.path)
            return _unpacked(arrays)
        except (OSError, FileFormatError, ValueError, KeyError, TypeError):
            return None

    def save(self, prepared: Prepared) -> None:
        """Write the copy, whole or not at all; where that is not possible a line says so."""
        if not self.stamp:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            save_arrays(self.path, _packed(prepared) | {"stamp": np.array(self.stamp)})
            bound(self.folder, self.path)
        except (OSError, ValueError) as error:
            print(f"the prepared log is not kept: {error}", file=sys.stderr)


def cache_folder() -> Path:
    """XDG_CACHE_HOME, or .cache in the user's home."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(given) if Path(given).is_absolute() else Path("~/.cache").expanduser()
    return home / "attention-from-scratch" / "logs"


def _is_side(path: Path) -> bool:
    return path.name.removesuffix(".gz").removesuffix(".xz").endswith(_SIDE)


def _mark(path: Path) -> list[Any]:
    """What tells a file from another: its place, size, time and a hash of its ends."""
    stat = path.stat()
    with path.open("rb") as file:
        state = hashlib.sha256(file.read(_ENDS))
        file.seek(max(0, stat.st_size - _ENDS))
        state.update(file.read(_ENDS))
    return [str(path.resolve()), stat.st_size, stat.st_mtime_ns, state.hexdigest()]


def _code() -> str:
    """A hash of this room: a copy that other code made is not trusted."""
    state = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        state.update(file.read_bytes())
    return state.hexdigest()


def _packed(prepared: Prepared) -> dict[str, np.ndarray]:
    events = prepared.sessions.events
    arrays = {name: getattr(events, name) for name in COLUMNS}
    arrays["priced"] = ~np.isnan(events.price)
    arrays["price"] = np.nan_to_num(events.price)  # the reader of files takes finite numbers alone
    arrays |= {f"sessions/{name}": getattr(prepared.sessions, name) for name in _OF_SESSIONS}
    told = {name: getattr(events, name) for name in _NAMES}
    told |= {
        "user_features": dict(events.user_features),
        "timed": events.timed,
        "read": prepared.read,
        "cleaned": dataclasses.asdict(prepared.cleaned),
        "item_texts": prepared.texts,
    }
    return arrays | {"told": np.array(json.dumps(told))}


def _unpacked(arrays: dict[str, np.ndarray]) -> Prepared:
    told = json.loads(str(arrays["told"]))
    columns: dict[str, Any] = {name: arrays[name] for name in COLUMNS}
    columns["price"] = np.where(arrays["priced"], columns["price"], np.nan)
    features = {name: tuple(values) for name, values in told["user_features"].items()}
    names: dict[str, Any] = {name: tuple(told[name]) for name in _NAMES}
    events = Events(**columns, **names, user_features=features, timed=told["timed"])
    cleaned = told["cleaned"]
    cleaned["stages"] = tuple(Stage(*stage) for stage in cleaned["stages"])
    return Prepared(
        Sessions(events, **{name: arrays[f"sessions/{name}"] for name in _OF_SESSIONS}),
        told["read"],
        CleaningReport(**cleaned),
        told["item_texts"],
    )


def bound(folder: Path, kept: Path) -> None:
    """Copies that were not used for long go, and the oldest while all are too large, not `kept`."""
    found = []
    for path in folder.glob("*.npz"):
        try:
            stat = path.stat()
        except OSError:
            continue  # another process cleans too
        found.append((stat.st_mtime, stat.st_size, path))
    left = sum(size for _, size, _ in found)
    for used, size, path in sorted(found):
        if path != kept and (time.time() - used > _AGE or left > _MOST):
            path.unlink(missing_ok=True)
            left -= size
