"""How the right values became these: a factor, a sign, an axis, an input, a place.

Each way is tried on one output after another and must give the answer's own numbers in every call
of the function. Few numbers are no evidence: a factor wants several, or several calls.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import NONE, Evidence, same
from grader.causes.factors import constant_factor
from grader.causes.outputs import (
    Way,
    in_words,
    numbers,
    outputs,
    replaced,
    right_ones,
    wrong_outputs,
)
from grader.causes.ways import ways
from grader.diagnose import Step


def of_values(found: Evidence) -> str:
    """A sentence on how the wrong outputs came about, "" if none of the ways gives them."""
    wrong = wrong_outputs(found)
    if not wrong:
        return ""
    said = exchanged(found, wrong)
    if said:
        return said
    told = {name: one_output(found, name) for name in wrong}
    if not all(told.values()):
        return ""
    return in_words(told) + right_ones(found, wrong)


def exchanged(found: Evidence, wrong: list[str]) -> str:
    """Whether two outputs stand in each other's place."""
    _, wanted = outputs(found, found.failed)
    if not isinstance(found.failed.expected.outputs[0], tuple) or "output 0" in " ".join(wanted):
        return ""  # or outputs that the question gives no names
    stands = {name: next((other for other in wanted if _stands_for(found, name, other)), "")
              for name in wanted} if len(wrong) > 2 and len(wanted) < 7 else {}  # fmt: skip
    if stands and sorted(stands.values()) == sorted(wanted):
        came, expected = ", ".join(stands.values()), ", ".join(wanted)
        return f"your outputs stand in another order: {came} came back where {expected} are asked"
    for name in wrong:
        for other in wanted:
            if other == name or not _stands_for(found, name, other):
                continue
            if other in wrong and _stands_for(found, other, name):
                return f"your {name} and {other} are exchanged"
            return f"your {name} is what {other} should be"
    return ""


def exchanged_here(found: Evidence) -> str:
    """Whether two outputs stand in each other's place in the failed call, and nothing else is."""
    here = replace(found, calls=[found.failed])
    wrong = wrong_outputs(here)
    said = exchanged(here, wrong) if len(wrong) == 2 else ""
    return f"in this call {said}" if said.endswith(" are exchanged") else ""


def _stands_for(found: Evidence, name: str, other: str) -> bool:
    """Whether one output is what another should be, in every failed call; one number is no sign."""
    for step in found.failures:
        got, wanted = outputs(found, step)
        if name not in got or other not in wanted or not numbers(wanted[other]):
            return False
        if np.size(wanted[other]) < 3:
            return False
        if not same(got[name], wanted[other], step) or np.ptp(np.asarray(wanted[other])) == 0:
            return False
    return True


def one_output(found: Evidence, name: str) -> str:
    """How one output came about, "" if by none of the ways."""
    if not numbers(outputs(found, found.failed)[1][name]):
        return ""
    for said, way in ways(found, name):
        if _holds(found, name, way):
            return said
    return constant_factor(found, name)


def _holds(found: Evidence, name: str, way: Way) -> bool:
    return found.fits(partial(_predicted, found, name, way)) and _enough(found, name)


def _predicted(found: Evidence, name: str, way: Way, step: Step) -> Any:
    """The student's outputs with the named one put as the way has it."""
    got, wanted = outputs(found, step)
    if name not in wanted or not numbers(wanted[name]):
        return NONE
    became = way(wanted[name], step)
    if became is NONE:
        return NONE
    return replaced(step.outcome.outputs[0], got, name, became)


def _enough(found: Evidence, name: str) -> bool:
    """Numbers that speak for a way: those that are wrong, in all calls together."""
    count = 0
    for step in found.calls:
        got, wanted = outputs(found, step)
        if name in got and name in wanted and numbers(got[name]):
            here, there = np.asarray(got[name]), np.asarray(wanted[name])
            if here.shape == there.shape:
                count += int((~np.isclose(here, there, equal_nan=True)).sum())
            else:
                count += here.size
    return count >= 3
