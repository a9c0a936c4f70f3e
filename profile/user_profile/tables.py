"""The one table of the terminal: text to the left, numbers to the right."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    formats: Mapping[str, str] | None = None,
    title: str = "",
    below: Sequence[str] = (),
) -> str:
    """Rows of text and numbers under ``header``, between a title and sentences.

    ``formats`` are of the numbers of a column, by its name; others have four digits, whole numbers
    commas. NaN and None leave a cell empty.
    """
    formats = formats or {}
    cells = [[_cell(value, formats.get(n)) for n, value in zip(header, row)] for row in rows]
    numbers = [any(not isinstance(v, str | None) for v in column) for column in zip(*rows)]
    numbers = numbers or [False] * len(header)
    widths = [max(map(len, column)) for column in zip(header, *cells)]
    lines = [title] if title else []
    for line in [list(header), *cells]:
        padded = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([*lines, *below])


def _cell(value: Any, spec: str | None) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    return format(value, spec or (".4f" if isinstance(value, float | np.floating) else ","))
