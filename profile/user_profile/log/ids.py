"""Ids as people type them: in other letters, with blanks around, with a spreadsheet's .0 behind or
without the zeros that it took from the front."""

import re
from collections.abc import Iterable, Mapping, Sequence


def matched(given: Iterable[str], known: Sequence[str]) -> dict[str, str]:
    """Of those of `given` that name one of `known`: its id there.

    The very id counts first; else the only one that is the same but for case, blanks, `.0` and
    leading zeros.
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


def told_ids(given: Sequence[str], there: Mapping[str, str], where: str) -> str:
    """What `matched` found, in a line."""
    known = [name for name in given if name in there]
    otherwise = sum(there[name] != name for name in known)
    said = f", {otherwise:,} of them written otherwise" if otherwise else ""
    if lacking := list(dict.fromkeys(name for name in given if name not in there)):
        some = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
        said += f"; not known: {some}"
    return f"{len(known):,} of the {len(given):,} items of {where} are known{said}"


def _bare(name: str) -> str:
    return re.sub(r"^0*(\d+)(\.0+)?$", r"\1", name.strip()).casefold()
