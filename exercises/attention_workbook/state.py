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

VERSION = 1
FILE = "progress.json"
COUNTS, FIRST = ("attempts", "seconds"), ("first_pass", "gave_up")
LATEST = {"passed": "on", "review": "last", "route": "on"}
Data = dict[str, Any]


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
        one = {"exercises": {name: values}}
        self.change(lambda data: data.update(merged(data, _tidy(one))))

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
        one = {"on": stamp(now()), "solved": solved, "asked": asked, "minutes": minutes}
        new = {"exercises": {}, "best_interview": one}
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
            return _tidy({})
        except OSError as problem:
            self._note(f"{path} cannot be read ({problem.strerror}): nothing is remembered")
            self._later = True
            return _tidy({})
        except (ValueError, RecursionError):
            self._note(
                f"{path} is cut short or not JSON: it is put aside as {path.stem}.broken-N.json at "
                "the next change; points are not touched, they are graded afresh"
            )
            self._broken = self._broken or path == self.path
            return _tidy({})
        version = raw.get("version", VERSION)
        if not isinstance(version, int) or version > VERSION:
            self._note(
                f"{path} was written by a later version ({version}): install that; until then "
                "nothing is remembered, and the file stays as it is"
            )
            self._later = True
            return _tidy({})
        return _tidy(raw)

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


def total(entry: Data, field: str) -> int:
    """A count over all computers."""
    return sum(entry.get(field, {}).values())


def merged(one: Data, two: Data) -> Data:
    """Both memories in one: nothing counted twice, nothing lost."""
    exercises = {
        name: _merged_entry(one["exercises"].get(name, {}), two["exercises"].get(name, {}))
        for name in {**one["exercises"], **two["exercises"]}
    }
    interviews = [data["best_interview"] for data in (one, two) if "best_interview" in data]
    best = max(interviews, key=lambda it: it["solved"], default=None)
    routes = [data["route"] for data in (one, two) if "route" in data]
    route = max(routes, key=lambda it: it["on"], default=None)
    data = {"version": VERSION, "exercises": exercises}
    return data | ({"best_interview": best} if best else {}) | ({"route": route} if route else {})


def _merged_entry(one: Data, two: Data) -> Data:
    entry = {**one, **two}
    for field in entry.keys() & one.keys() & two.keys():
        a, b = one[field], two[field]
        if field in COUNTS:
            entry[field] = {key: max(a.get(key, 0), b.get(key, 0)) for key in {**a, **b}}
        elif field in LATEST:
            entry[field] = max(a, b, key=lambda it: it[LATEST[field]])
        else:
            entry[field] = min(a, b) if field in FIRST else max(a, b)
    return entry


def _tidy(raw: Data) -> Data:
    """Only fields of the right kind: a file that a hand has edited cannot stop a command."""
    exercises = raw.get("exercises")
    entries = exercises.items() if isinstance(exercises, dict) else ()
    data: Data = {
        "version": VERSION,
        "exercises": {
            name: {key: value for key, value in entry.items() if _sound(key, value)}
            for name, entry in entries
            if isinstance(entry, dict)
        },
    }
    for key in ("route", "best_interview"):
        if key in raw and _sound(key, raw[key]):
            data[key] = raw[key]
    return data


def _sound(key: str, value: Any) -> bool:
    if key in COUNTS:
        return isinstance(value, dict) and all(_number(one) for one in value.values())
    if key == "hints":
        return _number(value)
    if key in FIRST:
        return isinstance(value, str)
    fields = FORMS.get(key, {})
    return (
        bool(fields)
        and isinstance(value, dict)
        and all(isinstance(value.get(name), kind) for name, kind in fields.items())
        and (key != "review" or _date(value["due"]))
    )


FORMS: dict[str, dict[str, Any]] = {
    "passed": {"on": str, "print": str},
    "review": {"last": str, "due": str, "step": int},
    "route": {"on": str, "name": str},
    "best_interview": {"on": str, "solved": int, "asked": int, "minutes": int | float},
}


def _number(value: Any) -> bool:
    return type(value) is int and value >= 0


def _date(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y-%m-%d"))
    except ValueError:
        return False
