"""Ids as people type them: in other letters, with blanks around, with a spreadsheet's .0 behind."""

import re
from collections.abc import Iterable, Sequence


def matched(given: Iterable[str], known: Sequence[str]) -> dict[str, str]:
    """Of those of `given` that name one of `known`: its id there.

    The very id counts first; else the only one that is the same but for case, blanks and `.0`.
    """
    there = set(known)
    found = {name: name for name in given if name in there}
    missing = [name for name in given if name not in there]
    if missing:
        alike: dict[str, list[str]] = {}
        for name in known:
            alike.setdefault(_bare(name), []).append(name)
        for name in missing:
            if len(same := alike.get(_bare(name), [])) == 1:
                found[name] = same[0]
    return found


def _bare(name: str) -> str:
    return re.sub(r"^(\d+)\.0+$", r"\1", name.strip()).casefold()
