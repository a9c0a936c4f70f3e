"""Any CSV, TSV, JSON or JSON-lines file, given which column is the user, the item, the time."""

import json
from pathlib import Path
from typing import Any

from ...errors import DataError
from ..events import Events
from .assemble import MAX_BAD, assemble
from .report import ReadReport
from .rows import Table, find_columns, first_lines, read_delimited, read_json_lines, text_lines

REQUIRED = ("user", "item", "time")
OPTIONAL = ("session", "kind", "quantity", "price", "text")


def matches(path: Path, lines: list[str]) -> bool:
    """True if the columns bear our own names, so that no mapping is needed."""
    try:
        names = list(json.loads(lines[0])) if lines[0].startswith("{") else _split(lines[0])
    except ValueError:
        return False
    return set(REQUIRED) <= set(names)


def read(
    path: Path,
    report: ReadReport,
    *,
    mapping: dict[str, str] | None = None,
    encoding: str = "utf-8",
    max_bad: float = MAX_BAD,
) -> Events:
    """One event a row; ``mapping`` takes our column names to those of the file.

    Raises DataError if the mapping lacks user, item or time, or names columns that are not there.
    """
    kind = _content(path)
    wanted = None if mapping is None else _checked(mapping)
    if kind == "delimited":
        header = first_lines(path, 1, encoding)
        delimiter = _delimiter(header[0]) if header else ","
        wanted = wanted or _own_names(_split(header[0]) if header else [])
        table = read_delimited(path, report, delimiter=delimiter, wanted=wanted, encoding=encoding)
    else:
        table = _read_json(path, report, wanted, encoding, whole=kind == "json")
    columns: dict[str, Any] = {**table.columns}
    return assemble(report, table.lines, **columns, max_bad=max_bad)


def _checked(mapping: dict[str, str]) -> dict[str, str]:
    lacking = [name for name in REQUIRED if name not in mapping]
    unknown = [name for name in mapping if name not in REQUIRED + OPTIONAL]
    if lacking or unknown:
        problem = f"lacks {lacking[0]!r}" if lacking else f"has the unknown name {unknown[0]!r}"
        raise DataError(
            f"The column mapping {problem}; it needs {', '.join(REQUIRED)} "
            f"and may have {', '.join(OPTIONAL)}."
        )
    return dict(mapping)


def _own_names(header: list[str]) -> dict[str, str]:
    """The columns that already bear our names; the required ones whether there or not."""
    return {name: name for name in REQUIRED + OPTIONAL if name in REQUIRED or name in header}


def _content(path: Path) -> str:
    name = path.name.removesuffix(".gz").removesuffix(".xz").lower()
    if name.endswith((".jsonl", ".ndjson")):
        return "json lines"
    return "json" if name.endswith(".json") else "delimited"


def _delimiter(line: str) -> str:
    return max(",\t;|", key=line.count)


def _split(line: str) -> list[str]:
    return [name.strip().strip('"') for name in line.split(_delimiter(line))]


def _read_json(
    path: Path, report: ReadReport, wanted: dict[str, str] | None, encoding: str, whole: bool
) -> Table:
    """The objects' fields as text. A file in one piece is numbered by object, not by line."""
    numbered = _whole(path, report, encoding) if whole else read_json_lines(path, report, encoding)
    columns: dict[str, list[str]] = {}
    lines: list[int] = []
    for number, record in numbered:
        if not columns:
            wanted = wanted or _own_names(list(record))
            find_columns(path, list(record), {name: wanted[name] for name in REQUIRED})
            columns = {name: [] for name in wanted}
        values = {ours: record.get(theirs) for ours, theirs in (wanted or {}).items()}
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


def _whole(path: Path, report: ReadReport, encoding: str) -> list[tuple[int, dict]]:
    try:
        records = json.loads("".join(text_lines(path, encoding)))
    except (ValueError, RecursionError):
        raise DataError(f"{path} is not valid JSON; one object a line needs .jsonl.") from None
    if not isinstance(records, list):
        raise DataError(f"{path} must hold a JSON list of objects, one an event.")
    report.rows += len(records)
    good = []
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            good.append((number, record))
        else:
            report.add(number, str(record), "is not a JSON object")
    return good
