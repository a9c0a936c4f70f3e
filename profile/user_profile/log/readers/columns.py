"""Any table with a header: CSV, TSV, JSON, JSON lines, a database; its columns known or mapped.

A log without items, of visits and money, is read with one item that stands for the visit.
"""

import contextlib
import csv
import json
from collections.abc import Iterable, Sequence
from typing import Any

from ...errors import DataError
from ..events import Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .kinds import kind_column, settled, without_blanks
from .names import CLOCK, REQUIRED, checked_mapping, is_log, known_columns, told_missing
from .report import ReadReport
from .rows import (
    WHITESPACE,
    Table,
    delimiter_of,
    find_columns,
    first_lines,
    read_delimited,
    read_json_lines,
)

VISIT = "a visit"  # the item of a log that names none
_SHOWN = 12  # columns that are not read, named at most
_KIND_SAMPLE = 2000  # rows in which a column of kinds says a word that is known
_SAMPLE = 400  # lines in which the first object of a JSON list ends


def matches(source: Source, lines: list[str]) -> bool:
    """True if the columns bear names that are known, so that no mapping is needed."""
    return is_log(known_columns(header_of(source, lines)))


def read(
    source: Source,
    report: ReadReport,
    *,
    mapping: dict[str, str] | None = None,
    max_bad: float = MAX_BAD,
) -> Events:
    """One event a row; ``mapping`` takes our names to the file's, or to numbers of columns.

    Raises DataError if the mapping lacks user, item or time, or names columns that are not there.
    """
    wanted = None if mapping is None else checked_mapping(mapping)
    if source.table is not None:
        named = source.table()
        some = zip(*(values[:_KIND_SAMPLE] for values in named.columns.values()))
        wanted = wanted or _guessed(list(named.columns), report, some)
        find_columns(source, list(named.columns), wanted)
        rows = len(next(iter(named.columns.values()), []))
        report.rows += rows
        table = Table({o: named.columns[t] for o, t in wanted.items()}, list(range(1, rows + 1)))
    else:
        lines = first_lines(source, 1)
        start = lines[0].lstrip()[:1] if lines else ""
        if start in ("{", "["):
            table = _read_json(source, report, wanted, whole=start == "[")
        else:
            table = _read_rows(source, report, wanted, lines[0] if lines else "")
    columns: dict[str, Any] = {**table.columns}
    if CLOCK in columns:
        columns["time"] = _with_clock(columns["time"], columns.pop(CLOCK))
    columns.setdefault("item", [VISIT] * len(table.lines))
    if "kind" in columns:
        columns["kind"] = without_blanks(columns["kind"])
    return settled(assemble(report, table.lines, TextColumns(**columns), max_bad), report)


def _fields(lines: Iterable[str], delimiter: str) -> Iterable[list[str]]:
    """Rows as far as they can be parsed: what is wrong with one is told when all are read."""
    with contextlib.suppress(csv.Error):
        yield from csv.reader(lines, delimiter=delimiter)


def _with_clock(days: list[str], clocks: list[str]) -> list[str]:
    """A day and a clock as one time; days that bear a clock of their own stay as they are."""
    if any(":" in day for day in days):
        return days
    return [f"{day} {clock}" for day, clock in zip(days, clocks)]


def _read_rows(
    source: Source, report: ReadReport, wanted: dict[str, str] | None, line: str
) -> Table:
    delimiter, header, numbered = delimiter_of(line), _split(line), None
    places = wanted.values() if wanted else ()
    if places and not set(places) & set(header) and all(map(str.isdigit, places)):
        numbered = [str(place) for place in range(1, len(header) + 1)]
    if not wanted and line:
        sample = first_lines(source, _KIND_SAMPLE)[1:] if delimiter != WHITESPACE else []
        wanted = _guessed(header, report, _fields(sample, delimiter))
    wanted = wanted or {name: name for name in REQUIRED}
    return read_delimited(source, report, delimiter=delimiter, header=numbered, wanted=wanted)


def _guessed(
    header: list[str], report: ReadReport, sample: Iterable[Sequence[str]] = ()
) -> dict[str, str]:
    """The known columns, told in the report where their names are not our own.

    A column of kinds is known by its words too: ``sample`` are rows of text under the header.
    """
    columns = known_columns(header)
    if missing := told_missing(header):
        raise DataError(f"{report.path} has {missing}.")
    if not is_log(columns):
        return {name: name for name in REQUIRED}  # looking for them says what is missing
    if "kind" not in columns:
        free = [name not in columns.values() for name in header]
        rows = ([word if f else "" for f, word in zip(free, row)] for row in sample)
        columns |= {"kind": kind} if (kind := kind_column(header, rows)) else {}
    if any(ours != theirs for ours, theirs in columns.items()):
        shown = {ours: theirs for ours, theirs in columns.items() if ours != CLOCK}
        if CLOCK in columns:
            shown["time"] += f"+{columns[CLOCK]}"
        pairs = ",".join(f"{ours}={theirs}" for ours, theirs in shown.items())
        report.notes.append(f"read as --columns {pairs!r}")
    unread = [name for name in header if name and name not in columns.values()]
    if unread:
        some = ", ".join(unread[:_SHOWN]) + (" …" if len(unread) > _SHOWN else "")
        report.notes.append(f"columns that are not read: {some}")
    return columns


def header_of(source: Source, lines: list[str]) -> list[str]:
    """The names of the columns, if these are the first lines of a table."""
    if source.table is not None:
        return list(source.table().columns)
    if not lines[0].lstrip().startswith(("{", "[")):
        return _split(lines[0])
    text = "\n".join(first_lines(source, _SAMPLE))
    try:
        found, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    except (ValueError, RecursionError):
        return []
    return list(found)


def _split(line: str) -> list[str]:
    delimiter = delimiter_of(line)
    fields = line.split() if delimiter == WHITESPACE else line.split(delimiter)
    return [name.strip().strip('"').lstrip("#") for name in fields]


def _read_json(
    source: Source, report: ReadReport, wanted: dict[str, str] | None, whole: bool
) -> Table:
    """The objects' fields as text. A file in one piece is numbered by object, not by line."""
    numbered = _whole(source, report) if whole else read_json_lines(source, report)
    columns: dict[str, list[str]] = {}
    lines: list[int] = []
    for number, record in numbered:
        if not columns:
            wanted = wanted or _guessed(list(record), report, _texts_of(source, list(record)))
            required = {name: wanted[name] for name in REQUIRED if name in wanted}
            find_columns(source, list(record), required)
            columns = {name: [] for name in wanted}
        values = {ours: _value(record.get(theirs)) for ours, theirs in (wanted or {}).items()}
        nested = [ours for ours, value in values.items() if isinstance(value, dict | list)]
        if nested:
            report.add(number, str(values[nested[0]]), f"is no text or number ({nested[0]})")
            continue
        for ours, value in values.items():
            columns[ours].append("" if value is None else str(value))
        lines.append(number)
    if not columns:
        columns = {name: [] for name in REQUIRED}
    return Table(columns, lines)


def _texts_of(source: Source, header: list[str]) -> Iterable[list[str]]:
    """The texts of the first objects where each stands on a line of its own."""
    for line in first_lines(source, _KIND_SAMPLE):
        try:
            record = json.loads(line.strip().rstrip(","))
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            found = (record.get(name) for name in header)
            yield [value if isinstance(value, str) else "" for value in found]


def _value(value: Any) -> Any:
    """A value of MongoDB's extended JSON, ``{"$date": …}``, is what it wraps."""
    while isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("$"):
        value = next(iter(value.values()))
    return value


def _whole(source: Source, report: ReadReport) -> Iterable[tuple[int, dict[str, Any]]]:
    text, records, decoder = "".join(source.lines()).strip(), [], json.JSONDecoder()
    try:
        while text:  # several files are several lists
            found, end = decoder.raw_decode(text)
            if not isinstance(found, list):
                raise DataError(f"{source} must hold a JSON list of objects, one an event.")
            records += found
            text = text[end:].lstrip()
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{source} is not valid JSON; one object a line needs .jsonl.") from None
    report.rows += len(records)
    good = []
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            good.append((number, record))
        else:
            report.add(number, str(record), "is not a JSON object")
    return good
