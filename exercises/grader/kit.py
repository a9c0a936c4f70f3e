"""What the authors of an exercise use: random inputs, and the marks on wrong and right answers."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np


class Variant(NamedTuple):
    """One function of mistakes.py or styles.py that stands in for a function of the reference."""

    name: str
    says: str
    function: Any
    replaces: str | None
    form: str = ""
    outputs: tuple[str, ...] = ()

    def says_of(self, outputs: Sequence[str]) -> str:
        """The sentence where of the outputs it may be told of these alone are wrong by it."""
        return self.form.format(outputs=in_a_row(outputs)) if self.outputs else self.says


def in_a_row(names: Sequence[str]) -> str:
    """Names in a sentence: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def normal(rng: np.random.Generator, *shape: int, dtype: Any = np.float64) -> np.ndarray:
    """Standard normal numbers of a shape and dtype."""
    return rng.standard_normal(shape).astype(dtype)


def mistake(
    diagnosis: str, replaces: str | None = None, outputs: tuple[str, ...] = ()
) -> Callable[[Any], Any]:
    """Mark a wrong answer with the misconception it stands for, said to the reader in a sentence.

    ``replaces`` is the function it stands for; by default the one of the same name, else the
    exercise's first. ``outputs`` are those that ``{outputs}`` in the sentence stands for: of an
    answer in which some of them are wrong in this way, these alone are told.
    """
    return _register("MISTAKES", diagnosis, replaces, outputs)


def style(label: str, replaces: str | None = None) -> Callable[[Any], Any]:
    """Mark a right answer written in another style; the grader must let it pass."""
    return _register("STYLES", label, replaces)


def _register(
    shelf: str, form: str, replaces: str | None, outputs: tuple[str, ...] = ()
) -> Callable[[Any], Any]:
    says = form.format(outputs=in_a_row(outputs)) if outputs else form

    def mark(function: Any) -> Any:
        variants = sys._getframe(1).f_globals.setdefault(shelf, [])
        variants.append(Variant(function.__name__, says, function, replaces, form, outputs))
        return function

    return mark
