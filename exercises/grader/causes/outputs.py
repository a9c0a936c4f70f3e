"""The outputs of a call one by one, by their names, and how they are told of."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.causes.evidence import NONE, Evidence, Prediction, output_names, parts, same, whole_name
from grader.diagnose import Step
from grader.kit import in_a_row

Way = Callable[[Any, Step], Any]  # of a right output: what it became
PLURAL_NAME = re.compile(r"[^aisu]s$")  # keys, weights; not loss, axis, bias
PLURAL = {", but is ": ", but are ", "what it ": "what they ", " its ": " their "}
MANY = {"is": "are", "runs": "run", "repeats": "repeat", "has": "have"}


def outputs(found: Evidence, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """What came back and what was expected, output by output."""
    names, whole = output_names(found.exercise, step), whole_name(step)
    sides = step.outcome.outputs[0], step.expected.outputs[0]
    came, expected = (parts(side, names, whole) for side in sides)
    return came, expected


def wrong_outputs(found: Evidence) -> list[str]:
    """The names of the outputs that are wrong in the failed call, () where names do not meet."""
    if not found.failed.outcome.outputs:
        return []
    got, wanted = outputs(found, found.failed)
    if got.keys() != wanted.keys():
        return []
    return [name for name in wanted if not same(got[name], wanted[name], found.failed)]


def right_ones(found: Evidence, wrong: list[str]) -> str:
    """What else came back is right, as an addition to a sentence."""
    _, wanted = outputs(found, found.failed)
    right = [name for name in wanted if name not in wrong and right_everywhere(found, name)]
    if not right or len(right) > 4:
        return ""
    return f" (your {in_a_row(right)} {verb(right)} right)"


def verb(names: list[str]) -> str:
    """``are`` for several outputs, and for one that is called by a plural, such as ``weights``."""
    return "are" if len(names) > 1 or PLURAL_NAME.search(names[0]) else "is"


def right_everywhere(found: Evidence, name: str) -> bool:
    """Whether an output is right in every call."""
    pairs = [(*outputs(found, step), step) for step in found.calls]
    return all(name in got and same(got[name], want[name], step) for got, want, step in pairs
               if name in want)  # fmt: skip


def in_words(told: dict[str, str]) -> str:
    """What is wrong with each output, those together that are wrong in the same way."""
    grouped: dict[str, list[str]] = {}
    for name, how in told.items():
        grouped.setdefault(how, []).append(name)
    return "; ".join(_told(names, how) for how, names in grouped.items())


def _told(names: list[str], how: str) -> str:
    if how.startswith("your "):  # a sentence that names its outputs itself
        return how
    if verb(names) == "are":
        how = in_plural(how)
    return f"your {in_a_row(names)} {how}"


def in_plural(how: str) -> str:
    """What is said of one output, as it is said of several: its verbs changed."""
    how = re.sub(r"^(is|runs|repeats|has)\b", lambda found: MANY[found[1]], how)
    for single, several in (
        (", but is ", ", but are "),
        ("what it ", "what they "),
        (" its ", " their "),
    ):
        how = how.replace(single, several)
    return how


def in_place_of(found: Evidence, name: str, whole: Prediction) -> Prediction:
    """Of another answer the one output, all others as they came back."""

    def predict(step: Step) -> Any:
        got, wanted = outputs(found, step)
        other = whole(step)
        if other is NONE or name not in wanted:
            return NONE
        named = parts(other, output_names(found.exercise, step), whole_name(step))
        return replaced(step.outcome.outputs[0], got, name, named.get(name, NONE))

    return predict


def replaced(whole: Any, got: dict[str, Any], name: str, became: Any) -> Any:
    """An answer with one of its outputs put as another."""
    values = iter([became if key == name else part for key, part in got.items()])
    if isinstance(whole, tuple):
        return tuple(_refilled(part, values) for part in whole)
    return _refilled(whole, values)


def _refilled(value: Any, values: Iterator[Any]) -> Any:
    """A value, or a dict of them, with what comes next in its place."""
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        return {key: next(values) for key in value}
    return next(values)


def numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float) and (
        np.asarray(value).dtype.kind in "biuf"
    )
