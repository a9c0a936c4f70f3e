"""What can be said of the inputs of one call: an empty row in a mask, three axes, equal numbers."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from grader.causes.evidence import arguments
from grader.diagnose import Step

LARGE = (30, 700)  # exp(30) swamps float32, exp(710) overflows float64


class Trait(NamedTuple):
    """A condition in words; the lower its rank, the more it tells."""

    says: str
    rank: int


def traits(step: Step) -> set[Trait]:
    """All traits of a call."""
    given = arguments(step)
    found = {Trait(says, rank) for name, value in given.items() for says, rank in _of(name, value)}
    for name in step.names:
        if given.get(name) is None:
            found.add(Trait(f"`{name}` is not given", 1))
        else:
            found.add(Trait(f"`{name}` is given", 1))
    found |= {Trait(says, 3) for says in _between(given)}
    return found


def measures(step: Step) -> dict[str, float]:
    """Sizes and numbers of a call, by what they are called."""
    found: dict[str, float] = {}
    for name, value in arguments(step).items():
        if isinstance(value, np.ndarray):
            found[f"the number of axes of `{name}`"] = value.ndim
            for axis, size in zip(range(-value.ndim, 0), value.shape):
                found[f"`{name}.shape[{axis}]`"] = size
            if value.dtype.kind == "f" and value.size and np.isfinite(value).all():
                found[f"the largest number in `{name}`, without signs,"] = np.abs(value).max()
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[f"`{name}`"] = value
        elif isinstance(value, list | str | dict | tuple):
            found[f"the length of `{name}`"] = len(value)
    return found


def _of(name: str, value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, np.ndarray):
        yield from _of_array(name, value)
    elif isinstance(value, bool):
        yield f"`{name}` is {value}", 2
    elif isinstance(value, int | float):
        yield from _of_number(name, value)
    elif isinstance(value, str):
        if value.isidentifier():
            yield f"`{name}` is {value!r}", 0
        yield from _of_text(f"`{name}`", value)
    elif isinstance(value, list | tuple | dict):
        yield from _of_list(name, value)


def _of_array(name: str, x: np.ndarray) -> Iterator[tuple[str, int]]:
    axes = {0: "no axis", 1: "one axis"}.get(x.ndim, f"{x.ndim} axes")
    yield f"`{name}` has {axes}", 5
    if x.size == 0:
        yield f"`{name}` is empty", 0
        return
    if x.ndim > 2:
        yield f"`{name}` has leading axes (a batch)", 4
    if x.ndim and x.shape[0] == 1:
        yield f"the first axis of `{name}` is 1 long", 4
    if x.ndim > 1 and x.shape[-2] == 1:
        yield f"`{name}` has a single row", 4
    if x.ndim and x.shape[-1] == 1:
        yield f"the last axis of `{name}` is 1 long", 4
    if x.dtype == bool:
        yield from _of_mask(name, x)
        return
    if x.dtype.kind == "f":
        yield f"`{name}` is {x.dtype}", 0 if x.dtype == np.float32 else 1
        yield from _of_floats(name, x)
    if x.dtype.kind in "iuf":
        if (x < 0).any():
            yield f"`{name}` holds a number below 0", 4
        if (x == 0).any():
            yield f"`{name}` holds a 0", 3
        if x.ndim and (np.diff(np.sort(x, -1), axis=-1) == 0).any():
            yield f"`{name}` holds equal numbers in a row", 3
        if x.ndim > 1 and not x.any(-1).all():
            yield f"`{name}` has a row of zeros", 2
    if x.flags.f_contiguous and not x.flags.c_contiguous:
        yield f"`{name}` is in Fortran order", 3


def _of_mask(name: str, mask: np.ndarray) -> Iterator[tuple[str, int]]:
    if not mask.all():
        yield f"`{name}` hides something", 2
    if mask.ndim and not mask.any(-1).all():
        yield f"`{name}` leaves a row nothing", 0
    if not mask.any():
        yield f"`{name}` hides all", 1
    if mask.ndim > 1 and mask.all(-1).any() and not mask.all():
        yield f"`{name}` hides nothing of some rows and something of others", 3


def _of_floats(name: str, x: np.ndarray) -> Iterator[tuple[str, int]]:
    if np.isnan(x).any():
        yield f"`{name}` holds NaN", 0
    if np.isinf(x).any():
        yield f"`{name}` holds infinities", 0
    finite = np.abs(x[np.isfinite(x)])
    for border in LARGE:
        if finite.size and finite.max() > border:
            yield f"`{name}` holds numbers beyond ±{border}", 2
    if finite.size and 0 < finite.max() < 1e-6:
        yield f"`{name}` is tiny", 2


def _of_number(name: str, x: float) -> Iterator[tuple[str, int]]:
    if isinstance(x, int) or x in (0, 1):
        yield f"`{name}` is {x:g}", 2
    if x < 0:
        yield f"`{name}` is negative", 3


def _of_text(what: str, text: str) -> Iterator[tuple[str, int]]:
    if not text:
        yield f"{what} is empty", 1
    for said, pattern in (
        ("punctuation", r"[^\w\s]"), ("a digit", r"\d"), ("a capital", r"[A-Z]"),
        ("a line break or a tab", r"[\n\t]"), ("two blanks in a row", r"  "),
        ("letters beyond a to z", r"[^\x00-\x7f]"), ("a word of one letter", r"\b[a-zA-Z]\b"),
    ):  # fmt: skip
        if re.search(pattern, text):
            yield f"{what} holds {said}", 3


def _of_list(name: str, value: Any) -> Iterator[tuple[str, int]]:
    entries = list(value.values()) if isinstance(value, dict) else list(value)
    if len(entries) < 2:
        yield f"`{name}` {'has one entry' if entries else 'is empty'}", 1
    for entry in entries:
        if isinstance(entry, list | tuple | dict | str) and not entry:
            yield f"an entry of `{name}` is empty", 1
        if isinstance(entry, str):
            yield from _of_text(f"an entry of `{name}`", entry)
        if isinstance(entry, np.ndarray):
            yield from _of_array(f"{name}[…]", entry)
    if entries and all(isinstance(entry, dict) for entry in entries):
        yield from _of_records(name, entries)
    elif _repeats(entries):
        yield f"`{name}` holds equal entries", 2


def _of_records(name: str, records: list[dict]) -> Iterator[tuple[str, int]]:
    keys = sorted({key for record in records for key in record}, key=str)
    if _repeats(records):
        yield f"two entries of `{name}` are equal", 2
    for key in keys:
        values = [record.get(key) for record in records]
        others = [{k: v for k, v in record.items() if k != key} for record in records]
        if any(a == b and x != y for i, (a, x) in enumerate(zip(others, values))
               for b, y in zip(others[:i], values[:i])):  # fmt: skip
            yield f"two entries of `{name}` differ in {key!r} alone", 2
        if any(key not in record for record in records):
            yield f"{key!r} is missing in an entry of `{name}`", 3
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        if any(number == 0 for number in numbers):
            yield f"{key!r} is 0 in an entry of `{name}`", 3
        if numbers != sorted(numbers):
            yield f"{key!r} is not in order in `{name}`", 4
        if len(set(numbers)) < len(numbers):
            yield f"{key!r} is the same in two entries of `{name}`", 4


def _repeats(entries: list[Any]) -> bool:
    try:
        return any(entry in entries[:i] for i, entry in enumerate(entries))
    except ValueError:  # arrays
        return False


def _between(given: dict[str, Any]) -> Iterator[str]:
    """How a whole number lies to the length of another argument."""
    for name, number in given.items():
        if not isinstance(number, int) or isinstance(number, bool):
            continue
        for other, value in given.items():
            if isinstance(value, np.ndarray) and value.ndim:
                sizes = {f"`{other}.shape[{axis}]`": value.shape[axis]
                         for axis in range(-min(value.ndim, 2), 0)}  # fmt: skip
            elif isinstance(value, list | tuple | str | dict):
                sizes = {f"the length of `{other}`": len(value)}
            else:
                continue
            for said, size in sizes.items():
                if number > size:
                    yield f"`{name}` is above {said}"
                if number == size:
                    yield f"`{name}` is just {said}"
                if number > 1 and size % number:
                    yield f"`{name}` does not divide {said}"
