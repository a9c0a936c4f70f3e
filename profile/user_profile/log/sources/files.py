"""From what the user named to a source: files, folders, globs, archives, standard input."""

import glob
import gzip
import hashlib
import io
import lzma
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from ...errors import DataError
from .source import Part, Source
from .tables import open_table

PACKED: dict[str, Callable[[Path], IO[bytes]]] = {".gz": gzip.open, ".xz": lzma.open}  # type: ignore[dict-item]
_BESIDE = re.compile(r"(readme|licen[cs]e|copying|changelog|attribution|citation)\b", re.I)
_LOGS = (".csv", ".tsv", ".txt", ".dat", ".data", ".json", ".jsonl", ".ndjson", ".inter", ".log")


def open_source(
    path: str | Path | Sequence[str | Path],
    *,
    encoding: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> Source:
    """The log that lies at a path, in a folder, at all that match a glob, or on "-" (stdin).

    Several paths are one log. A file that is given twice is read once, and told.
    Raises DataError if there is nothing to read.
    """
    names = [path] if isinstance(path, str | Path) else list(path)
    if not names:
        raise DataError("No file is named; give one or more.")
    if len(names) == 1:
        found = open_table(str(names[0]), table, query)
        if found is not None:
            return found
    if table is not None or query is not None:
        raise DataError(f"--table and --query go with a database; {names[0]} is none.")
    files = [file for name in names for file in _files(str(name))]
    title = str(names[0]) if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    parts = [part for file in files for part in _parts(file)]
    source = Source(title, files[0], (), encoding=encoding)
    source.parts = tuple(_once(parts, source) if len(parts) > 1 else parts)
    return source


def located(path: str | Path | Sequence[str | Path]) -> list[Path]:
    """The files that a name stands for. Raises DataError for what is no file: "-", a server."""
    names = [path] if isinstance(path, str | Path) else list(path)
    files = [file for name in names for file in _files(_local(str(name)))]
    if not all(file.is_file() for file in files):
        raise DataError(f"{names[0]} is no file.")
    return files


def _local(name: str) -> str:
    """The file of a SQLite address."""
    return unquote(name.removeprefix("sqlite:///").partition("?")[0]) if ":///" in name else name


def _files(name: str) -> list[Path]:
    path = Path(name)
    if name == "-" or path.is_file():
        return [path]
    if path.is_dir():
        inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        found = [p for p in inside if _log_like(p.name) and not _BESIDE.match(p.name)]
        if not found:
            raise DataError(f"{name} is a folder without a log; name a file of events inside it.")
        return found
    matched = sorted(Path(file) for file in glob.glob(name, recursive=True))
    found = [file for file in matched if file.is_file()]
    if not found and glob.has_magic(name):
        raise DataError(f"No file matches {name}; check the pattern.")
    return found or [path]  # opening tells what is wrong


def _log_like(name: str) -> bool:
    plain = name.lower().removesuffix(".gz").removesuffix(".xz")
    return plain.endswith((*_LOGS, ".zip"))


def _parts(path: Path) -> list[Part]:
    if str(path) == "-":
        content = sys.stdin.buffer.read()
        return [Part("standard input", partial(io.BytesIO, content))]
    if path.suffix.lower() == ".zip":
        return _members(path)
    opener = PACKED.get(path.suffix.lower(), _plain)
    return [Part(str(path), partial(opener, path))]


def _members(path: Path) -> list[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except FileNotFoundError:
        raise DataError(f"There is no file {path}; check the path.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is no zip archive ({error}); fetch it again.") from None
    names = [n for n in sorted(names) if _log_like(n) and not n.startswith(("__MACOSX/", "."))
             and not _BESIDE.match(Path(n).name)]  # fmt: skip
    if not names:
        raise DataError(f"{path} holds no log; expected a file such as events.csv inside it.")
    return [Part(f"{path}:{name}", partial(_member, path, name)) for name in names]


def _member(path: Path, name: str) -> IO[bytes]:
    return zipfile.ZipFile(path).open(name)


def _plain(path: Path) -> IO[bytes]:
    return open(path, "rb", buffering=0)


def _once(parts: Sequence[Part], source: Source) -> list[Part]:
    """The parts that differ in what they hold."""
    seen: dict[bytes, Part] = {}
    for part in parts:
        try:
            with part.open() as file:
                digest = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
        except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile):
            digest = part.name.encode()  # reading it tells what is wrong
        if digest in seen:
            source.notes.append(
                f"{part.name} holds the same bytes as {seen[digest].name}; it is read once"
            )
        seen.setdefault(digest, part)
    return list(seen.values())
