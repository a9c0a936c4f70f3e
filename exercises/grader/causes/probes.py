"""Which failing calls are tried first: small ones, of every kind."""

from typing import Any

import numpy as np

from grader.causes.evidence import Evidence, arguments, same
from grader.diagnose import Step

FEW = 4


def probes(found: Evidence) -> list[Step]:
    """The failed call, or a smaller one, then the smallest of each other way of asking."""
    failing = sorted((step for step in found.calls if step.complaint is not None), key=size)
    first: dict[tuple, Step] = {}
    for step in failing:
        first.setdefault(_way(step), step)
    chosen = list(first.values())
    return chosen[:FEW] if chosen else [found.failed]


def size(step: Step) -> int:
    """How many numbers and texts go into a call and come out of it."""
    return _count([*arguments(step).values(), *step.expected.outputs[:1]])


def _count(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, dict):
        value = [*value.values()]
    return sum(map(_count, value)) if isinstance(value, list | tuple) else 1


def _way(step: Step) -> tuple:
    """What is given, of what kind, and which outputs are wrong."""
    given = tuple(
        (name, value == 1 if isinstance(value, int) else str(getattr(value, "dtype", "")))
        for name, value in arguments(step).items()
        if value is not None
    )
    got, wanted = step.outcome.outputs[0], step.expected.outputs[0]
    right: tuple[bool, ...] = ()
    if isinstance(wanted, tuple) and isinstance(got, tuple) and len(got) == len(wanted):
        right = tuple(same(here, there, step) for here, there in zip(got, wanted, strict=True))
    return given, right
