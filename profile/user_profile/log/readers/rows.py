"""From a text file to columns of strings: opening, unpacking, splitting, counting what is broken.

All readers share this file, so a broken row, a missing file or a wrong header is answered alike.
"""

import csv
import gzip
import io
import json
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from ...errors import DataError
from .report import ReadReport

_OPENERS: dict[str, Callable] = {".gz": gzip.open, ".xz": lzma.open}
_BUFFER = 1 << 20  # bytes unpacked at a time: the default of 8 kB halves the speed
_UNREADABLE = (OSError, EOFError, lzma.LZMAError)


class Table(NamedTuple):
    """N rows of text as columns, each with the line of the file it stood on."""

    columns: dict[str, list[str]]
    lines: list[int]


def open_text(path: Path, encoding: str = "utf-8") -> IO[str]:
    """The file as text, .gz and .xz unpacked. Raises DataError if it cannot be opened.

    Bytes that are not valid in ``encoding`` become lone surrogates, so that only the rows that
    hold them are lost; `assemble` counts those.
    """
    try:
        raw = io.BufferedReader(_OPENERS.get(path.suffix, io.FileIO)(path), _BUFFER)
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding  # drops a byte order mark
        return io.TextIOWrapper(raw, encoding, errors="surrogateescape", newline="")
    except FileNotFoundError:
        raise DataError(f"There is no file {path}; check the path.") from None
    except IsADirectoryError:
        raise DataError(f"{path} is a folder; give a file of events inside it.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror or error}.") from None
    except LookupError:
        raise DataError(f"There is no encoding {encoding!r}; try 'utf-8' or 'latin-1'.") from None


def text_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a file with their ends. Raises DataError if it is cut short or not text."""
    with open_text(path, encoding) as file:
        try:
            yield from file
        except _UNREADABLE as error:
            raise DataError(
                f"{path} is damaged or not what its name says ({error}); fetch it again."
            ) from None


def first_lines(path: Path, count: int = 1, encoding: str = "utf-8") -> list[str]:
    """Up to ``count`` first lines that are not blank, without their ends."""
    found: list[str] = []
    for line in text_lines(path, encoding):
        if line.strip():
            found.append(line.rstrip("\r\n"))
        if len(found) == count:
            break
    return found


def sibling(path: Path, *names: str) -> Path | None:
    """The first of ``names`` that lies beside ``path``, packed or not."""
    for name in names:
        for suffix in ("", *_OPENERS):
            candidate = path.with_name(name + suffix)
            if candidate.is_file():
                return candidate
    return None


def read_delimited(
    path: Path,
    report: ReadReport,
    *,
    delimiter: str = ",",
    header: list[str] | None = None,
    wanted: dict[str, str] | None = None,
    quoted: bool = True,
    encoding: str = "utf-8",
) -> Table:
    """The rows of a delimited file; rows of another width or beyond csv's field limit are bad.

    A quote that is never closed swallows the lines after it: each of them counts as a bad row.
    ``header`` names the columns of a file without a header line. ``wanted`` (our name to theirs)
    keeps those columns alone. Raises DataError if one of them is missing.
    """
    lines = text_lines(path, encoding)
    if len(delimiter) > 1:  # csv knows single characters only; the unit separator is none's text
        joined, delimiter = delimiter, "\x1f"
        lines = (line.replace(joined, "\x1f") for line in lines)
    reader = csv.reader(
        lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    if header is None:
        header = _header(reader, path)
    positions = find_columns(path, header, wanted or {name: name for name in header})
    width = len(header)

    def reject(value: str, reason: str) -> None:
        """Of the lines from ``line`` on, up to where the parser stands now."""
        report.add(line, value, reason, rows=max(1, reader.line_num + 1 - line))

    columns: list[list[str]] = [[] for _ in range(width)]
    numbers: list[int] = []
    line = reader.line_num + 1
    while True:
        flat: list[str] = []  # a flat list spares the garbage collector half a million rows
        try:
            for row in reader:
                if len(row) == width:
                    flat += row
                    numbers.append(line)
                elif row:
                    reject(delimiter.join(row), f"has {len(row)} fields instead of {width}")
                line = reader.line_num + 1
                if len(flat) > 500_000:
                    break
            else:
                break
        except csv.Error as error:
            reject("", f"cannot be parsed ({error})")
            line = reader.line_num + 1
        finally:
            for position in positions.values():
                columns[position] += flat[position::width]
    report.rows += len(numbers)
    return Table({name: columns[position] for name, position in positions.items()}, numbers)


def _header(reader: Iterator[list[str]], path: Path) -> list[str]:
    try:
        return [name.strip() for name in next(reader)]
    except StopIteration:
        raise DataError(f"{path} is empty; give a file with a header line and events.") from None
    except csv.Error as error:
        raise DataError(f"The first line of {path} is no header ({error}).") from None


def find_columns(path: Path, header: list[str], wanted: dict[str, str]) -> dict[str, int]:
    """Where each wanted column stands. Raises DataError naming what was found and expected."""
    missing = [name for name in wanted.values() if name not in header]
    if missing:
        shown = [name[:40] for name in header[:20]]
        raise DataError(
            f"{path} has no column {missing[0]!r}; found {shown}, expected "
            f"{list(wanted.values())}: name them so in the first line, or say which columns they "
            "are with --columns (in Python mapping=)."
        )
    for name in wanted.values():
        if header.count(name) > 1:
            raise DataError(
                f"{path} has {header.count(name)} columns {name!r}; rename all but one."
            )
    return {ours: header.index(theirs) for ours, theirs in wanted.items()}


def readable(values: list[str]) -> list[str]:
    """For text that is only shown: bytes in another encoding become question marks."""
    return [value.encode(errors="surrogateescape").decode(errors="replace") for value in values]


def read_json_lines(
    path: Path, report: ReadReport, encoding: str = "utf-8"
) -> Iterator[tuple[int, dict]]:
    """The objects of a file with one JSON object a line, with their line numbers."""
    for number, line in enumerate(text_lines(path, encoding), start=1):
        if not line.strip():
            continue
        report.rows += 1
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            report.add(number, line.strip(), "is not JSON")
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            report.add(number, line.strip(), "is not a JSON object")
