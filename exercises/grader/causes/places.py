"""Where an answer is wrong and where it is right: masked places, first rows, negative inputs."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from grader.causes.evidence import Evidence, arguments
from grader.causes.outputs import outputs, right_ones, verb, wrong_outputs
from grader.diagnose import Step

ENOUGH = 3  # numbers, right and wrong each, before a row or a column is no coincidence
Regions = Callable[[Step, tuple[int, ...]], Iterator[tuple[str, np.ndarray]]]


def of_places(found: Evidence) -> str:
    """Where by the arguments all is wrong and nowhere else: "where `mask` is False"."""
    return _told(found, _of_arguments, 1)


def of_lines(found: Evidence) -> str:
    """In which rows, columns or diagonals all is wrong and nowhere else."""
    return _told(found, _of_lines, ENOUGH)


def _told(found: Evidence, regions: Regions, enough: int) -> str:
    wrong = wrong_outputs(found)
    places = {name: _place(found, name, regions, enough) for name in wrong}
    if not wrong or not all(places.values()):
        return ""
    said = "; ".join(f"your {name} {verb([name])} {place}" for name, place in places.items())
    return said + right_ones(found, wrong)


def _place(found: Evidence, name: str, regions: Regions, enough: int) -> str:
    """The place that holds all that is wrong in an output, in every call of the function."""
    candidates: set[str] = set()
    note = ""
    for step in [found.failed, *found.calls]:
        got, wanted = outputs(found, step)
        if name not in got or name not in wanted:
            return ""
        wrong = _wrong(got[name], wanted[name], step.terms.tolerance(wanted[name]))
        if wrong is None:
            return ""
        here = dict(regions(step, wrong.shape))
        if not note:
            note = _not_finite(got[name], wrong)
            if min(wrong.sum(), (~wrong).sum()) < enough:
                return ""
            candidates = {place for place in here if np.array_equal(here[place], wrong)}
        elif wrong.any():
            whole = regions is _of_lines  # a row by chance is another row in another call
            candidates &= {
                place
                for place, chosen in here.items()
                if not (wrong & ~chosen).any() and not (whole and (chosen & ~wrong).any())
            }
    if not candidates:
        return ""
    return f"{note} exactly {min(candidates, key=lambda place: (len(place), place))}"


def _wrong(got: Any, wanted: Any, tolerance: Any) -> np.ndarray | None:
    from grader.compare import close

    if not isinstance(got, np.ndarray | np.generic | int | float) or isinstance(got, str):
        return None
    here, there = np.asarray(got), np.asarray(wanted)
    if here.shape != there.shape or here.dtype.kind not in "biuf" or here.ndim == 0:
        return None
    return ~close(here, there, tolerance)


def _not_finite(got: Any, wrong: np.ndarray) -> str:
    values = np.asarray(got)[wrong]
    return "NaN" if np.isnan(values.astype(float)).all() else "wrong"


def _of_lines(_: Step, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Rows, columns and diagonals, as bool arrays of the output's shape."""
    for axis in range(-len(shape), 0):
        size = shape[axis]
        index = np.arange(size).reshape([-1 if i == axis else 1 for i in range(-len(shape), 0)])
        named = {-1: "column", -2: "row"}.get(axis, f"entry of axis {axis}")
        for said, chosen in (
            (f"in the first {named}", index == 0), (f"in the last {named}", index == size - 1),
            (f"in all but the first {named}", index > 0),
            (f"in all but the last {named}", index < size - 1),
        ):  # fmt: skip
            yield said, np.broadcast_to(chosen, shape)
    if len(shape) > 1 and shape[-1] == shape[-2]:
        rows, columns = np.indices(shape[-2:])
        for said, chosen in (
            ("on the diagonal", rows == columns), ("off the diagonal", rows != columns),
            ("above the diagonal", rows < columns), ("below the diagonal", rows > columns),
        ):  # fmt: skip
            yield said, np.broadcast_to(chosen, shape)


def _of_arguments(step: Step, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Where an argument is masked, negative, zero, as bool arrays of the output's shape.

    What a drive returns need not lie as its arguments do: of those only masks are asked.
    """
    for name, value in arguments(step).items():
        if isinstance(value, np.ndarray) and not (step.request.drive and value.dtype.kind != "b"):
            yield from _of_argument(name, value, shape)


def _of_argument(
    name: str, value: np.ndarray, shape: tuple[int, ...]
) -> Iterator[tuple[str, np.ndarray]]:
    candidates = []
    if value.dtype == bool:
        candidates = [
            (f"where `{name}` is False", ~value), (f"where `{name}` is True", value),
            (f"in the rows where `{name}` leaves nothing", ~value.any(-1, keepdims=True)),
            (f"in the rows where `{name}` leaves something", value.any(-1, keepdims=True)),
            (f"in the rows where `{name}` hides something", ~value.all(-1, keepdims=True)),
        ]  # fmt: skip
    elif value.dtype.kind == "f":
        candidates = [
            (f"where `{name}` is negative", value < 0),
            (f"where `{name}` is not negative", value >= 0),
            (f"in the rows of `{name}` that are all zero", ~value.any(-1, keepdims=True)),
        ] if value.ndim else []  # fmt: skip
    elif value.dtype.kind in "iu" and value.ndim:
        candidates = [
            (f"where `{name}` is 0", value == 0),
            (f"where `{name}` is negative", value < 0),
            (f"in the rows where `{name}` is 0", (value == 0)[..., None]),
            (f"in the rows of `{name}` that are all zero", ~value.any(-1)),
        ]
    for said, chosen in candidates:
        try:
            yield said, np.broadcast_to(chosen, shape)
        except ValueError:
            continue
