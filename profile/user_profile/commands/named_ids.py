"""Ids that an option names, joined by commas or in files, as people type them."""

import csv
import os
from collections.abc import Sequence

from ..log.ids import matched, told_ids
from ..serving.allowed import read_stock


def ids_of(text: str) -> list[str]:
    """12,7,"a, b" or files of ids, which have an ending or lie in a folder that is named."""
    (parts,) = csv.reader([text], skipinitialspace=True)
    found: list[str] = []
    for part in filter(None, map(str.strip, parts)):
        is_file = ("." in part or os.sep in part) and os.path.isfile(part)
        found += read_stock(part) if is_file else [part]
    return found


def known_ids(given: Sequence[str], known: Sequence[str], where: str) -> dict[str, str]:
    """Of those of ``given`` that name one of ``known``: its id there; a line tells the others."""
    there = matched(given, known)
    if any(there.get(name) != name for name in given):
        print(told_ids(given, there, where))
    return there
