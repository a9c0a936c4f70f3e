"""Answers that are lists: names left out or too many, one key of all records wrong."""

from typing import Any

from grader.causes.evidence import Evidence, same
from grader.causes.outputs import outputs, right_ones, wrong_outputs

FEW = 4  # names in a sentence


def of_lists(found: Evidence) -> str:
    """What of a list is wrong, "" if nothing can be said in few words."""
    wrong = wrong_outputs(found)
    if len(wrong) != 1:
        return ""
    name = wrong[0]
    for step in found.failures:
        got, wanted = outputs(found, step)
        if not isinstance(got.get(name), list) or not isinstance(wanted.get(name), list):
            return ""
    told = _records(found, name) or _names(found, name)
    return told + right_ones(found, wrong) if told else ""


def _records(found: Evidence, name: str) -> str:
    """Whether records of the right number and order are wrong in one key alone."""
    keys: set[str] = set()
    for step in found.failures:
        got, wanted = (side[name] for side in outputs(found, step))
        if len(got) != len(wanted):
            return ""
        for here, there in zip(got, wanted):
            records = isinstance(here, dict) and isinstance(there, dict)
            if not records or here.keys() != there.keys():
                return ""
            keys |= {key for key in there if not same(here[key], there[key], step)}
    fields = len(wanted[0]) if wanted else 0
    if len(keys) != 1 or fields < 3:
        return ""
    return f"your {name} are right in all but {keys.pop()!r}"


def _names(found: Evidence, name: str) -> str:
    """Which names a list lacks and which are too many, where it is a list of names."""
    got, wanted = (side[name] for side in outputs(found, found.failed))
    if not all(isinstance(entry, str) for entry in [*got, *wanted]):
        return ""
    if sorted(got) == sorted(wanted):
        return f"your {name} has the right entries in another order"
    said = [
        f"{word} {_listed(entries)}"
        for word, entries in (
            ("leaves out", [entry for entry in wanted if entry not in got]),
            ("holds", [entry for entry in got if entry not in wanted]),
        )
        if 0 < len(entries) <= FEW
    ]
    rest = [entry for entry in got if entry in wanted] == [name for name in wanted if name in got]
    right = ", and is right in the rest" if rest else ""
    return f"your {name} {' and '.join(said)}{right}" if said else ""


def _listed(names: list[Any]) -> str:
    return ", ".join(map(repr, names))
