"""OTTO's shop sessions: one JSON object a line, ``{"session": …, "events": [{aid, ts, type}]}``.

An OTTO session spans weeks: it is a user here, and pauses split it into sessions.
"""

from ..events import Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport
from .rows import read_json_lines


def matches(path: Source, lines: list[str]) -> bool:
    return lines[0].startswith("{") and '"events"' in lines[0] and '"session"' in lines[0]


def read(path: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """Clicks, carts and orders with their times, given in milliseconds."""
    users: list[str] = []
    events: list[tuple[str, str, str]] = []
    numbers: list[int] = []
    for number, record in read_json_lines(path, report):
        report.rows -= 1  # from here on an event is a row, not a line
        user = record.get("session")
        found = record.get("events")
        if user is None or not isinstance(found, list):
            report.rows += 1
            report.add(number, str(record), 'has no "session" or no list of "events"')
            continue
        for event in found:
            report.rows += 1
            try:
                events.append((str(event["aid"]), str(event["ts"]), str(event["type"])))
            except (KeyError, TypeError):
                report.add(number, str(event), 'has no "aid", "ts" or "type"')
            else:
                users.append(str(user))
                numbers.append(number)
    items, times, kinds = ([event[field] for event in events] for field in range(3))
    return assemble(report, numbers, TextColumns(users, items, times, kind=kinds), max_bad)
