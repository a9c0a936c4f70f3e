"""One user a line, the items in order after it: ``user item item``, by blanks, tabs or commas."""

import re

from ..events import Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport

_BETWEEN = re.compile(r"[\s,;|]+")


def matches(source: Source, lines: list[str]) -> bool:
    """Lines of ids alone, of more than one length."""
    fields = [_BETWEEN.split(line.strip()) for line in lines]
    ids = all(re.fullmatch(r"[\w.-]*\d[\w.-]*", field) for row in fields for field in row)
    return ids and min(map(len, fields)) > 1 and len({len(row) for row in fields}) > 1


def read(source: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """An event an item; the order of the line is the order of the events, there is no clock."""
    users: list[str] = []
    items: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(source.lines(), start=1):
        fields = [field for field in _BETWEEN.split(line.strip()) if field]
        if not fields or line.startswith("#"):
            continue
        if len(fields) == 1:
            report.add(number, line.strip(), "has a user and no item", rows=1)
            continue
        users += fields[:1] * (len(fields) - 1)
        items += fields[1:]
        numbers += [number] * (len(fields) - 1)
    report.rows += len(numbers)
    return assemble(report, numbers, TextColumns(users, items, None), max_bad)
