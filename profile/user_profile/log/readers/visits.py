"""CDNOW's text, and others of its shape: customer, day, pieces, dollars; no header and no items.

``00001 19970101 1 11.77``; the published sample has a further id in front of the day.
"""

import re
from typing import Any

from ..events import PURCHASE, Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .columns import VISIT
from .report import ReadReport
from .rows import WHITESPACE, read_delimited

_LINE = re.compile(r"\s*\S+(\s+\d+)?\s+(19|20)\d{6}\s+\d+\s+-?\d+\.\d+\s*")


def matches(source: Source, lines: list[str]) -> bool:
    return all(_LINE.fullmatch(line) for line in lines) and len(set(map(_width, lines))) == 1


def read(source: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """Visits and money: every row a purchase of the one item that stands for a visit."""
    width = next(map(_width, filter(str.strip, source.lines())), 4)
    header = ["user", *["other"] * (width - 4), "time", "quantity", "amount"]
    wanted = {name: name for name in ("user", "time", "quantity", "amount")}
    table = read_delimited(source, report, delimiter=WHITESPACE, header=header, wanted=wanted)
    columns: dict[str, Any] = {**table.columns, "item": [VISIT] * len(table.lines)}
    return assemble(report, table.lines, TextColumns(**columns, kind=PURCHASE), max_bad)


def _width(line: str) -> int:
    return len(line.split())
