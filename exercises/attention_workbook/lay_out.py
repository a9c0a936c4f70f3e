"""``init`` lays out a folder of one's own; ``update`` renews it and changes no student's file.

What was laid out is kept with its hash. A file that still has that hash is ours and is replaced by
a newer one; any other is the student's and stays, with the newer one beside it where it matters.
"""

import copy
import json
import os
import shlex
import shutil
import tempfile
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from grader.exercise import EXERCISES, find_exercises
from grader.files import write_whole
from grader.home import MARK, home_of, laid_out
from grader.reset import STUB

from attention_workbook.state import Progress

PAGES = Path(__file__).with_name("pages")
PLACES = {"settings.json": ".vscode/settings.json", "own_conftest.py": "conftest.py"}


class Change(NamedTuple):
    """What update did with a file: a word, its place, and what else is to be known."""

    word: str
    place: str
    says: str = ""


def init(folder: Path) -> str:
    """Lay out a workbook; all of it, or nothing. Raises ValueError if the folder is not free."""
    given, folder = folder, folder.absolute()
    if (above := home_of(folder.parent)) != EXERCISES:
        raise ValueError(f"{given} would lie inside the workbook {above}: name a folder elsewhere")
    if laid_out(folder):
        raise ValueError(f"{given} is a workbook already: attention-workbook update {given}")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{given} is a file: name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"{given} is not empty: name a folder that does not exist yet")
    if not folder.parent.is_dir():
        raise ValueError(f"there is no folder {folder.parent}: make it first")
    files = contents()
    try:
        _lay(folder, files)
    except OSError as problem:
        problem.filename, problem.filename2 = str(given), None  # not the draft's name
        raise
    count = len(find_exercises())
    return (
        f"{given} holds {count} exercises. Begin with\n"
        f"  cd {shlex.quote(str(given))}\n  attention-workbook watch"
    )


def _lay(folder: Path, files: dict[str, bytes]) -> None:
    """Write everything into a draft beside the folder, then give it the folder's name."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for place, data in files.items():
            path = draft / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (draft / MARK).write_bytes(_record(files))
        draft.chmod(0o755)
        os.replace(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def contents() -> dict[str, bytes]:
    """Every file of a fresh workbook, by its place in the folder."""
    files = {
        PLACES.get(page.name, page.name): page.read_bytes()
        for page in PAGES.iterdir()
        if page.is_file()
    }
    for exercise in find_exercises():
        for path in (*exercise.folder.glob("README*.md"), exercise.tests_path):
            files[f"{exercise.name}/{path.name}"] = path.read_bytes()
        files[f"{exercise.name}/{exercise.file}"] = (exercise.solution / STUB).read_bytes()
    return files


def update(folder: Path) -> str:
    """Bring a workbook up to date; returns what changed. Raises ValueError if it is none."""
    if not laid_out(folder):
        raise ValueError(f"{folder} is no workbook: attention-workbook init {folder} lays one out")
    record = _recorded(folder)
    old, new = record["files"], contents()
    changes = _moved(folder, old, new)
    moved = {change.place for change in changes}
    for place, data in new.items():
        if place in moved:
            continue
        change = _brought(folder / place, place, data, old.get(place, ""))
        if change is not None:
            changes.append(change)
    changes += [_gone(folder / place, place, old[place]) for place in old if place not in new]
    write_whole(folder / MARK, _record(new))
    return _told(changes, record["version"], version())


def _brought(path: Path, place: str, data: bytes, laid: str) -> Change | None:
    """One file of the newer version, put in its place if what lies there is ours."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
        return Change("back" if laid else "new", place)
    present = path.read_bytes()
    if present == data:
        return None
    if _hash(present) == laid:
        write_whole(path, data)
        return Change("newer", place)
    if _hash(data) == laid:
        return None  # the student's own, and nothing newer
    if Path(place).suffix == ".py" and not Path(place).name.startswith(("test_", "conftest")):
        return Change("yours", place, "the stub is newer; reset gives it, and keeps your answer")
    beside = path.with_name(f"{path.name}.newer")
    write_whole(beside, data)
    return Change("yours", place, f"you have changed it; the newer one is {beside.name} beside it")


def _moved(folder: Path, old: dict[str, str], new: dict[str, bytes]) -> list[Change]:
    """Answers to exercises that have another name now, copied to where they are looked for."""
    changes = []
    for exercise in find_exercises():
        place = f"{exercise.name}/{exercise.file}"
        for before in [path for path in old if path not in new and _answers(path)]:
            if not before.startswith(f"{exercise.number}_"):
                continue
            path = folder / before
            if place in old or not path.is_file() or _hash(path.read_bytes()) == old[before]:
                continue
            if not (folder / place).exists():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                write_whole(folder / place, path.read_bytes())
                _remember(folder, before.partition("/")[0], exercise.name)
                says = f"with your answer of {before}, which stays"
                changes.append(Change("renamed", place, says))
    return changes


def _remember(folder: Path, earlier: str, name: str) -> None:
    """What is remembered of an exercise, under its new name too."""

    def alter(data: dict) -> None:
        known = data["exercises"]
        if earlier in known and name not in known:
            known[name] = copy.deepcopy(known[earlier])

    Progress(folder).change(alter)


def _answers(place: str) -> bool:
    name = Path(place).name
    return name.endswith(".py") and not name.startswith("test_")


def _gone(path: Path, place: str, laid: str) -> Change:
    """A file that the newer version does not have: removed if it is ours, left if it is not."""
    if not path.is_file():
        return Change("gone", place)
    if _hash(path.read_bytes()) != laid:
        return Change("yours", place, "no longer part of the workbook; it stays where it is")
    path.unlink()
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
    return Change("gone", place)


def _told(changes: list[Change], before: str, after: str) -> str:
    """What changed, shortest first: counts of what is ours, a line for each of the student's."""
    versions = f"{before} → {after}" if before != after else after
    if not changes:
        return f"Up to date ({versions}): nothing was changed."
    lines = [f"Updated ({versions}). Your answers are as they were."]
    for word in ("new", "newer", "back", "renamed", "gone"):
        for change in (change for change in changes if change.word == word):
            lines.append(f"  {word:<8} {change.place}" + f": {change.says}" * bool(change.says))
    mine = [change for change in changes if change.word == "yours"]
    lines += [f"  {'yours':<8} {change.place}: {change.says}" for change in mine]
    return "\n".join(lines)


def version() -> str:
    """The installed version."""
    try:
        return metadata.version("attention-from-scratch")
    except metadata.PackageNotFoundError:
        return "of a clone"


def _record(files: dict[str, bytes]) -> bytes:
    hashes = {place: _hash(data) for place, data in sorted(files.items())}
    return (json.dumps({"version": version(), "files": hashes}, indent=1) + "\n").encode()


def _recorded(folder: Path) -> dict:
    """What was laid out; a record that cannot be read makes every file the student's."""
    try:
        record = json.loads((folder / MARK).read_text(encoding="utf-8"))
        files = {str(place): str(laid) for place, laid in record["files"].items()}
        safe = {p: h for p, h in files.items() if not (Path(p).is_absolute() or ".." in p)}
        return {"version": str(record["version"]), "files": safe}
    except (ValueError, LookupError, TypeError, AttributeError):
        return {"version": "unknown", "files": {}}


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
