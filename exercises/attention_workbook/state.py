"""What is remembered in a student's folder: ``progress.json``, for reading, never for points.

Every field can be merged: counts are kept by computer and the larger one holds, a first pass is the
earlier, a review the later. So two computers that share a folder lose nothing: copies that a
syncing program lays beside the file (``progress (conflict).json``) are taken in.
"""

import contextlib
import json
import os
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.files import write_whole

from attention_workbook.merging import VERSION, Data, merged, tidy

FILE = "progress.json"


def now() -> datetime:
    """The time, which tests replace."""
    moved = os.environ.get("ATTENTION_WORKBOOK_NOW")  # to see what is due on another day
    return datetime.fromisoformat(moved) if moved else datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A moment as it is written, in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Progress:
    """The memory of one folder; ``notes`` are sentences on what was wrong with it."""

    def __init__(self, home: Path) -> None:
        self.home, self.path = home, home / FILE
        self.notes: list[str] = []
        self._later = self._broken = False

    def read(self) -> Data:
        """Everything remembered: {"exercises": {name: entry}, "route": …, "best_interview": …}."""
        data = self._load(self.path)
        for copy in self._copies():
            data = merged(data, self._load(copy))
        return data

    def entry(self, name: str) -> Data:
        """What is remembered of one exercise."""
        found: Data = self.read()["exercises"].get(name, {})
        return found

    def change(self, alter: Callable[[Data], None]) -> None:
        """Read, alter and write, while no other process does; a folder that refuses is noted."""
        with self._alone():
            data = self.read()
            if self._later:
                return
            alter(data)
            try:
                if self._broken:
                    self._put_aside(self.path, "broken")
                    self._broken = False
                write_whole(self.path, (json.dumps(data, indent=1, sort_keys=True) + "\n").encode())
                for copy in self._copies():
                    self._put_aside(copy, "merged")
            except OSError as problem:
                self._note(f"{self.path} could not be written ({problem.strerror}): not remembered")

    def note(self, name: str, **values: Any) -> None:
        """Merge values into the entry of an exercise."""
        update = {"exercises": {name: values}}
        self.change(lambda data: data.update(merged(data, tidy(update))))

    def count(self, name: str, **more: float) -> None:
        """Add to this computer's counts of an exercise: attempts, seconds."""

        def alter(data: Data) -> None:
            entry = data["exercises"].setdefault(name, {})
            for field, number in more.items():
                mine = entry.setdefault(field, {})
                mine[computer()] = round(mine.get(computer(), 0) + number)

        self.change(alter)

    def interviewed(self, solved: int, asked: int, minutes: float) -> None:
        """Keep an interview if it is the best so far."""
        interview = {"on": stamp(now()), "solved": solved, "asked": asked, "minutes": minutes}
        new = {"exercises": {}, "best_interview": interview}
        self.change(lambda data: data.update(merged(data, new)))

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _copies(self) -> list[Path]:
        return [
            path
            for path in sorted(self.home.glob("progress*.json"))
            if path.name != FILE and ".broken-" not in path.name
        ]

    def _load(self, path: Path) -> Data:
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(raw, dict):
                raise ValueError("no JSON object")
        except FileNotFoundError:
            return tidy({})
        except OSError as problem:
            self._note(f"{path} cannot be read ({problem.strerror}): nothing is remembered")
            self._later = True
            return tidy({})
        except (ValueError, RecursionError):
            self._note(
                f"{path} is cut short or not JSON: it is put aside as {path.stem}.broken-N.json at "
                "the next change; points are not touched, they are graded afresh"
            )
            self._broken = self._broken or path == self.path
            return tidy({})
        version = raw.get("version", VERSION)
        if not isinstance(version, int) or version > VERSION:
            self._note(
                f"{path} was written by a later version ({version}): install that; until then "
                "nothing is remembered, and the file stays as it is"
            )
            self._later = True
            return tidy({})
        return tidy(raw)

    def _put_aside(self, path: Path, word: str) -> None:
        if not path.exists():
            return
        ending = ".json" if word == "broken" else ".txt"
        number = 1
        while (kept := path.with_name(f"{path.stem}.{word}-{number}{ending}")).exists():
            number += 1
        os.replace(path, kept)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with locked(self.home, wait=True):
            yield


@contextlib.contextmanager
def locked(path: Path, wait: bool) -> Iterator[bool]:
    """Hold a file or folder against other processes of ours; False if another one holds it.

    The system lets go when a process ends, however it ends. Where there are no locks, all may.
    """
    try:
        import fcntl

        handle = os.open(path, os.O_RDONLY)
    except (ImportError, OSError):
        yield True
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        held = True
    except BlockingIOError:
        held = False
    except OSError:  # a file system without locks
        held = True
    try:
        yield held
    finally:
        os.close(handle)


def computer() -> str:
    """What this computer's counts are kept under."""
    return platform.node() or "here"
