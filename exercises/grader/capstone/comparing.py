"""What ex29 compares on: the model's own inputs; and what an answer has passed, compared once."""

import functools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.capstone import harness
from grader.checks import Check
from grader.kit import normal

_passed: weakref.WeakKeyDictionary[Any, set[Any]] = weakref.WeakKeyDictionary()


def heard(check: Check, name: str) -> Any:
    """What the profile model, with the reference's functions, fed this one in its first steps.

    The reference's log_softmax does without softmax_backward; a student's may use it.
    """
    reference = check.exercise.reference
    calls = harness().recorded(reference)
    if name != "softmax_backward":
        return calls[name]
    rng = np.random.default_rng(1)
    probabilities = [reference.softmax(*args) for args in calls["softmax"]]
    return [(normal(rng, *p.shape), p) for p in probabilities]


def like_output(check: Check, rng: np.random.Generator, name: str, args: tuple[Any, ...]) -> Any:
    """A random upstream gradient of the shape of what the pair's forward returns."""
    reference: Any = check.exercise.reference
    out, _ = reference.pairs(reference)[name][0](*args)
    return normal(rng, *np.shape(out)) if np.ndim(out) else float(rng.uniform(0.2, 0.8))


def noted(comparison: Callable[..., None]) -> Callable[..., None]:
    """A comparison, of each name it is given, that is noted once an answer has passed it."""

    @functools.wraps(comparison)
    def made(check: Check, *names: str) -> None:
        for one in _one_by_one(names):
            comparison(check, *one)
            _passed.setdefault(check.candidate, set()).add((made, one))

    return made


def unless_passed(comparison: Callable[..., None], check: Check, *names: str) -> None:
    """What later checks rest on: compared unless this answer has passed it already."""
    for one in _one_by_one(names):
        if (comparison, one) not in _passed.get(check.candidate, ()):
            comparison(check, *one)


def _one_by_one(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [(name,) for name in names] or [()]
