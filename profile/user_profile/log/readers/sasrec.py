"""The two-column text of the SASRec repositories: ``user item`` a line, in order, without times."""

from ..events import Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport

_HEADER = ({"user", "userid", "uid"}, {"item", "itemid", "iid"})


def matches(path: Source, lines: list[str]) -> bool:
    return all(len(line.split()) == 2 and "," not in line for line in lines)


def read(path: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """One event a line; the order of the lines is the order of the events."""
    users: list[str] = []
    items: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(path.lines(), start=1):
        fields = line.split()
        if len(fields) == 2 and not users and _is_header(fields):
            report.add(number, line.strip(), "is a header, where an event was expected", rows=1)
        elif len(fields) == 2:
            users.append(fields[0])
            items.append(fields[1])
            numbers.append(number)
        elif fields:
            report.add(number, line.strip(), f"has {len(fields)} fields instead of 2", rows=1)
    report.rows += len(numbers)
    return assemble(report, numbers, TextColumns(users, items, None), max_bad)


def _is_header(fields: list[str]) -> bool:
    plain = [field.lower().replace("_", "").replace("#", "") for field in fields]
    return all(name in names for name, names in zip(plain, _HEADER))
