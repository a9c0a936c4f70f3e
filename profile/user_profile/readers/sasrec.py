"""The two-column text of the SASRec repositories: ``user item`` a line, in order, without times."""

from pathlib import Path

from ..events import Events
from .assemble import MAX_BAD, assemble
from .report import ReadReport
from .rows import text_lines


def matches(path: Path, lines: list[str]) -> bool:
    return all(len(line.split()) == 2 and "," not in line for line in lines)


def read(
    path: Path, report: ReadReport, *, encoding: str = "utf-8", max_bad: float = MAX_BAD
) -> Events:
    """One event a line; the order of the lines is the order of the events."""
    users: list[str] = []
    items: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(text_lines(path, encoding), start=1):
        fields = line.split()
        if len(fields) == 2:
            users.append(fields[0])
            items.append(fields[1])
            numbers.append(number)
        elif fields:
            report.rows += 1
            report.add(number, line.strip(), f"has {len(fields)} fields instead of 2")
    report.rows += len(numbers)
    return assemble(report, numbers, user=users, item=items, time=None, max_bad=max_bad)
