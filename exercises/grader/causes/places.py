"""Where an answer is wrong and where it is right: masked places, first rows, negative inputs."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.causes.evidence import Evidence, arguments
from grader.causes.values import outputs, right_ones


def of_places(found: Evidence) -> str:
    """The places where all is wrong and none else, "" if they are no places one can name."""
    told: set[str] = set()
    for step in found.failures:
        got, wanted = outputs(found, step)
        if got.keys() != wanted.keys():
            return ""
        here: set[str] = set()
        for name, right in wanted.items():
            wrong = _wrong(got[name], right, step.terms.tolerance(right))
            if wrong is None:
                return ""
            if not wrong.any():
                continue
            note = _not_finite(got[name], wrong)
            places = {
                f"your {name} is {note} exactly {place}"
                for place, region in _regions(arguments(step), wrong.shape)
                if 0 < region.sum() < region.size and np.array_equal(region, wrong)
            }
            here |= places
        told = here if not told else told & here
        if not told:
            return ""
    if not told:
        return ""
    _, wanted = outputs(found, found.failed)
    chosen = min(told, key=lambda said: (len(said), said))
    wrong_name = chosen.removeprefix("your ").split(" is ")[0]
    return chosen + right_ones(found, [wrong_name])


def _wrong(got: Any, wanted: Any, tolerance: Any) -> np.ndarray | None:
    from grader.compare import close

    if not isinstance(got, np.ndarray | np.generic | int | float) or isinstance(got, str):
        return None
    one, other = np.asarray(got), np.asarray(wanted)
    if one.shape != other.shape or one.dtype.kind not in "biuf" or one.ndim == 0:
        return None
    return ~close(one, other, tolerance)


def _not_finite(got: Any, wrong: np.ndarray) -> str:
    values = np.asarray(got)[wrong]
    return "NaN" if np.isnan(values.astype(float)).all() else "wrong"


def _regions(given: dict[str, Any], shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Places with a name, as bool arrays of the output's shape."""
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
    for name, value in given.items():
        if isinstance(value, np.ndarray):
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
        ]
    for said, chosen in candidates:
        try:
            yield said, np.broadcast_to(chosen, shape)
        except ValueError:
            continue
