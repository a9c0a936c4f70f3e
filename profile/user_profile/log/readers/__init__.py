"""Reading event logs: one file a format, and `read_events`, which finds out which one it is."""

from pathlib import Path

from ...errors import DataError
from ..events import Events
from . import columns, movielens, online_retail, otto, recbole, sasrec
from .assemble import MAX_BAD
from .report import BadRow, ReadReport
from .rows import first_lines

__all__ = ["BadRow", "FORMATS", "ReadReport", "read_events"]

# In the order in which they are tried: what has an unmistakable mark comes first.
FORMATS = {
    "online_retail": online_retail,
    "recbole": recbole,
    "otto": otto,
    "movielens": movielens,
    "columns": columns,
    "sasrec": sasrec,
}


def read_events(
    path: str | Path | None = None,
    format: str | None = None,
    *,
    mapping: dict[str, str] | None = None,
    encoding: str = "utf-8",
    date_format: str | None = None,
    max_bad: float = MAX_BAD,
) -> tuple[Events, ReadReport]:
    """The events of a log, and the report of what could not be read. .gz and .xz are unpacked.

    Without ``path``: the Online Retail log that ships with the package. ``format`` is one of
    `FORMATS`, recognised from the file if not given. ``mapping`` (for "columns") names the file's
    columns: ``{"user": "customer_id", "item": "sku", "time": "date"}`` and, if there,
    "session", "kind", "quantity", "price", "text".
    ``date_format``: how times are written, as `dates.parse_times` takes it.
    Raises DataError if the file cannot be used; single unreadable rows are counted, and only more
    than the share ``max_bad`` of them is an error.
    """
    path = online_retail.SHIPPED if path is None else Path(path)
    if format is not None and format not in FORMATS:
        raise DataError(f"There is no format {format!r}; choose one of {', '.join(FORMATS)}.")
    if mapping is not None and format not in (None, "columns"):
        raise DataError(f"A column mapping goes with format 'columns', not {format!r}.")
    report = ReadReport(path, date_format=date_format)
    if mapping is not None or format == "columns":
        report.format = "columns"
        events = columns.read(path, report, mapping=mapping, encoding=encoding, max_bad=max_bad)
    else:
        report.format = format or recognise(path, encoding)
        reader = FORMATS[report.format]
        events = reader.read(path, report, encoding=encoding, max_bad=max_bad)
    return events, report


def recognise(path: Path, encoding: str = "utf-8") -> str:
    """The name of the format of a file, from its name and first lines. Raises DataError if none."""
    lines = first_lines(path, 5, encoding)
    if not lines:
        raise DataError(f"{path} is empty; give a file with at least one event.")
    for name, reader in FORMATS.items():
        if reader.matches(path, lines):
            return name
    raise DataError(
        f"The format of {path} is not recognised from its first line {lines[0][:60]!a}; "
        f"name it with --format (in Python format=), one of {', '.join(FORMATS)}, or say which "
        "columns to read with --columns user=…,item=…,time=… (in Python mapping={'user': …})."
    )
