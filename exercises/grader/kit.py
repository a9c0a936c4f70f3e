"""What the authors of an exercise use: random inputs, and the marks on wrong and right answers."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Variant(NamedTuple):
    """One function of mistakes.py or styles.py that stands in for a function of the reference."""

    name: str
    says: str
    function: Any
    replaces: str | None


def normal(rng: np.random.Generator, *shape: int, dtype: Any = np.float64) -> np.ndarray:
    """Standard normal numbers of a shape and dtype."""
    return rng.standard_normal(shape).astype(dtype)


def mistake(diagnosis: str, replaces: str | None = None) -> Callable[[Any], Any]:
    """Mark a wrong answer with the misconception it stands for, said to the reader in a sentence.

    ``replaces`` is the function it stands for; by default the one of the same name, else the
    exercise's first.
    """
    return _register("MISTAKES", diagnosis, replaces)


def style(label: str, replaces: str | None = None) -> Callable[[Any], Any]:
    """Mark a right answer written in another style; the grader must let it pass."""
    return _register("STYLES", label, replaces)


def _register(shelf: str, says: str, replaces: str | None) -> Callable[[Any], Any]:
    def mark(function: Any) -> Any:
        variants = sys._getframe(1).f_globals.setdefault(shelf, [])
        variants.append(Variant(function.__name__, says, function, replaces))
        return function

    return mark
