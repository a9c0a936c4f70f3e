"""Rows of answers: the first on the terminal, all in a file."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import DataError
from ..serving.rows import Row
from ..tables import table
from .outputs import write_rows

_SHOWN = 20  # rows on the terminal; a file takes all


def give(options: argparse.Namespace, rows: Sequence[Row]) -> int:
    print_rows(rows[:_SHOWN])
    if len(rows) > _SHOWN:
        print(f"… and {len(rows) - _SHOWN:,} more rows" + ("" if options.out else "; use --out"))
    if options.out:
        write_rows(options.out, rows)
        print(f"{len(rows):,} rows written to {options.out}")
    return 0


def print_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as a table on the terminal, numbers to the right."""
    if not rows:
        print("nothing to list")
        return
    print(table(list(rows[0]), [list(row.values()) for row in rows]))


def check_positive(name: str, value: int) -> None:
    if value < 1:
        raise DataError(f"{name} must be 1 or more, not {value}.")
