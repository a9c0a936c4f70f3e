"""From a text file to columns of strings: opening, unpacking, splitting, counting what is broken.

All readers share this file, so a broken row, a missing file or a wrong header is answered alike.
"""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import DataError
from ..sources import Source, open_source
from ..sources.files import PACKED
from .report import ReadReport

WHITESPACE = " "  # as a delimiter: any run of blanks and tabs


class Table(NamedTuple):
    """N rows of text as columns, each with the line of the file it stood on."""

    columns: dict[str, list[str]]
    lines: list[int]


def first_lines(path: Source | Path, count: int = 1) -> list[str]:
    """Up to ``count`` first lines that are not blank, without their ends."""
    found: list[str] = []
    source = path if isinstance(path, Source) else open_source(path)
    for line in source.lines():
        if line.strip() and not (not found and _aside(line)):
            found.append(line.rstrip("\r\n"))
        if len(found) == count:
            break
    return found


def sibling(path: Path, *names: str) -> Path | None:
    """The first of ``names`` that lies beside ``path``, packed or not."""
    for name in names:
        for suffix in ("", *PACKED):
            candidate = path.with_name(name + suffix)
            if candidate.is_file():
                return candidate
    return None


def delimiter_of(line: str) -> str:
    """What parts the fields of a header; WHITESPACE where only blanks do."""
    bare = re.sub('"[^"]*"', "x", line)
    best = max(",\t;|", key=bare.count)
    return best if best in bare or not re.search(r"\S\s+\S", bare) else WHITESPACE


def read_delimited(
    path: Source | Path,
    report: ReadReport,
    *,
    delimiter: str = ",",
    header: list[str] | None = None,
    wanted: dict[str, str] | None = None,
    quoted: bool = True,
    encoding: str | None = None,
) -> Table:
    """The rows of a delimited file; rows of another width or beyond csv's field limit are bad.

    A quote that is never closed swallows the lines after it: each of them counts as a bad row.
    ``header`` names the columns of a file without a header line. ``wanted`` (our name to theirs)
    keeps those columns alone. Raises DataError if one of them is missing.
    """
    source = path if isinstance(path, Source) else open_source(path, encoding=encoding)
    given = delimiter
    split: Callable[[str], str] = str
    if given == WHITESPACE:
        split, delimiter = _by_blanks, "\x1f"
    elif len(given) > 1:  # csv knows single characters only; the unit separator is none's text
        split, delimiter = _by_separator(given), "\x1f"
    lines = map(split, source.lines()) if split is not str else source.lines()
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    if header is None:
        header = _header(reader, source)
        seconds = csv.reader(map(split, first_lines(source, 2)[1:]), delimiter=delimiter)
        header = _as_wide(header, next(seconds, []))
    positions = find_columns(source, header, wanted or {name: name for name in header})
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
                elif row and not row[0].startswith("#"):  # a comment line
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
            for position in set(positions.values()):
                columns[position] += flat[position::width]
    report.rows += len(numbers)
    return Table({name: columns[position] for name, position in positions.items()}, numbers)


def _header(reader: Iterator[list[str]], source: Source) -> list[str]:
    """The first line that is neither blank nor a comment before the table."""
    try:
        for row in reader:
            if any(map(str.strip, row)) and not (len(row) < 3 and _aside(",".join(row))):
                return [name.strip() for name in row]
    except csv.Error as error:
        raise DataError(f"The first line of {source} is no header ({error}).") from None
    raise DataError(f"{source} is empty; give a file with a header line and events.")


def _as_wide(header: list[str], row: list[str]) -> list[str]:
    """The header as wide as the first row.

    R leaves the name of its row numbers out; others end each row with the delimiter.
    """
    if len(row) != len(header) + 1:
        return header
    if not row[-1].strip():
        return [*header, ""]
    return ["", *header] if row[0] in ("0", "1") else header


def _by_blanks(line: str) -> str:
    """The line with one separator for each run of blanks that stands outside quotes."""
    parts = line.strip().split('"')
    return '"'.join(re.sub(r"[ \t]+", "\x1f", p) if not i % 2 else p for i, p in enumerate(parts))


def _by_separator(joined: str) -> Callable[[str], str]:
    return lambda line: line.replace(joined, "\x1f")


def _aside(line: str) -> bool:
    """A comment, or the line by which a spreadsheet states the delimiter."""
    return bool(re.match(r"#(?!.*[,;\t|].*[,;\t|])|sep=.\s*$", line.strip()))


def find_columns(path: Source, header: list[str], wanted: dict[str, str]) -> dict[str, int]:
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
        if header.count(name) > 1 and name:
            raise DataError(
                f"{path} has {header.count(name)} columns {name!r}; rename all but one."
            )
    return {ours: header.index(theirs) for ours, theirs in wanted.items()}


def readable(values: list[str]) -> list[str]:
    """For text that is only shown: bytes in another encoding become question marks."""
    return [value.encode(errors="surrogateescape").decode(errors="replace") for value in values]


def read_json_lines(path: Source, report: ReadReport) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with one JSON object a line, with their line numbers."""
    for number, line in enumerate(path.lines(), start=1):
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
