"""Reading event logs: one file a format, and `read_events`, which finds out which one it is.

online_retail, recbole, otto, movielens, visits, sasrec, histories   published formats
columns   any table with a header: names are what shops call them, kinds what their words say
rows      from a file to columns of text
numbers, dates   what a text means, over the whole column
assemble  from columns of text to `Events`
report    what could not be read
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from ...errors import DataError
from ..events import Events
from ..sources import Source, open_source
from . import columns, histories, movielens, online_retail, otto, recbole, sasrec, visits
from .assemble import MAX_BAD
from .names import told_missing
from .report import BadRow, ReadReport
from .rows import first_lines

__all__ = ["BadRow", "FORMATS", "ReadReport", "Reading", "read_events"]

# In the order in which they are tried: what has an unmistakable mark comes first.
FORMATS = {
    "online_retail": online_retail,
    "recbole": recbole,
    "otto": otto,
    "movielens": movielens,
    "visits": visits,
    "columns": columns,
    "sasrec": sasrec,
    "histories": histories,
}


class Reading(TypedDict, total=False):
    """What may be said of a log beside its path and format, see `read_events`."""

    mapping: dict[str, str] | None
    encoding: str | None
    date_format: str | None
    table: str | None
    query: str | None


def read_events(
    path: str | Path | Sequence[str | Path] | None = None,
    format: str | None = None,
    *,
    mapping: dict[str, str] | None = None,
    encoding: str | None = None,
    date_format: str | None = None,
    table: str | None = None,
    query: str | None = None,
    max_bad: float = MAX_BAD,
) -> tuple[Events, ReadReport]:
    """The events of a log, and the report of what could not be read.

    ``path``: a file, several, a folder, a glob, an archive (.zip, .gz, .xz), "-" for standard
    input, a SQLite database, a Parquet file or the address of a database (with ``table`` or
    ``query``); without it, the Online Retail log that ships with the package. ``format`` is one of
    `FORMATS`, recognised from the file if not given. ``mapping`` (for "columns") names the file's
    columns: ``{"user": "customer_id", "item": "sku", "time": "date"}`` and, if there,
    "session", "kind", "quantity", "price" or "amount", "text". ``encoding`` is guessed if not
    given. ``date_format``: how times are written, as `dates.parse_times` takes it.
    Raises DataError if the file cannot be used; single unreadable rows are counted, and only more
    than the share ``max_bad`` of them is an error.
    """
    if format is not None and format not in FORMATS:
        raise DataError(f"There is no format {format!r}; choose one of {', '.join(FORMATS)}.")
    if mapping is not None and format not in (None, "columns"):
        raise DataError(f"A column mapping goes with format 'columns', not {format!r}.")
    shipped = online_retail.SHIPPED if path is None else path
    source = open_source(shipped, encoding=encoding, table=table, query=query)
    report = ReadReport(source, date_format=date_format, notes=source.notes)
    if mapping is not None or format == "columns" or source.table is not None:
        report.format = "columns"
        events = columns.read(source, report, mapping=mapping, max_bad=max_bad)
    else:
        report.format = format or recognise(source)
        events = FORMATS[report.format].read(source, report, max_bad=max_bad)
    return events, report


def recognise(source: Source | Path) -> str:
    """The name of the format of a log, from its name and first lines. Raises DataError if none."""
    source = source if isinstance(source, Source) else open_source(source)
    lines = first_lines(source, 5)
    if not lines:
        raise DataError(f"{source} is empty; give a file with at least one event.")
    if lines[0].lstrip().lower().startswith(("<!doctype", "<html", "<?xml")):
        raise DataError(f"{source} is HTML or XML; give a log as CSV, JSON lines or Parquet.")
    for name, reader in FORMATS.items():
        if reader.matches(source, lines):
            return name
    if source.path.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        raise DataError(f"{source} is a workbook; save its sheet as CSV and name that file.")
    if what := _other_kind(lines[0]):
        raise DataError(f"{source} is {what}; give a log as CSV, JSON lines, SQLite or Parquet.")
    if missing := told_missing(columns.header_of(source, lines)):
        raise DataError(f"{source} has {missing}.")
    raise DataError(
        f"The format of {source} is not recognised from its first line {lines[0][:60]!a}; "
        f"name it with --format (in Python format=), one of {', '.join(FORMATS)}, or say which "
        "columns to read with --columns user=…,item=…,time=… (in Python mapping={'user': …})."
    )


def _other_kind(line: str) -> str:
    """What a file is that is no log, from its first line; "" if that does not say."""
    start = line.lstrip("\ufeff \t")[:12].lower()
    kinds = {"pk": "a zip or an Excel workbook", "<": "HTML or XML", "%pdf": "a PDF",
             "\x89png": "a picture", "�png": "a picture", "gif8": "a picture"}  # fmt: skip
    for sign, what in kinds.items():
        if start.startswith(sign):
            return what
    return "no text" if sum(not c.isprintable() for c in line[:60].strip()) > 3 else ""
