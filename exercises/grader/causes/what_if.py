"""The right function, asked something else: without the mask, with two arguments exchanged.

If that gives the student's numbers in every call, that is what the student's function does.
"""

import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from grader.causes.evidence import NONE, Evidence, Prediction, arguments
from grader.compare import Tolerance, agree, arrays_in
from grader.diagnose import Step
from grader.sandbox.in_process import InProcess

MODERATE = 30.0  # larger numbers saturate, and any large factor gives the same
BESIDE = 1.01  # a factor beside another
POWERS = {0.5: "√n", 1.0: "n", 2.0: "n²", -0.5: "1/√n", -1.0: "1/n", -2.0: "1/n²"}
SCALED = Tolerance(1e-5, 1e-6)
Change = Callable[[dict[str, Any]], dict[str, Any] | None]  # of the arguments; None: not here


def changes(found: Evidence) -> Iterator[tuple[str, Change]]:
    """Every other question, with how its answer is told of."""
    given = arguments(found.failed)
    for name, value in given.items():
        if isinstance(value, np.ndarray) and value.dtype == bool:
            yield f"`{name}` is ignored", _put(name, np.ones_like)
            yield f"`{name}` is read the wrong way round", _put(name, np.logical_not)
        if isinstance(value, np.ndarray) and value.ndim > 1:
            yield f"`{name}` is used transposed", _put(name, _transposed)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            yield f"`{name}` has no effect: as if it were 0", _put(name, np.zeros_like)
            yield f"`{name}` has no effect: as if it were 1", _put(name, np.ones_like)
            yield f"`{name}` enters with the wrong sign", _put(name, np.negative)
            yield f"`{name}` is used without its sign", _put(name, np.abs)
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
            yield f"one too many is taken of `{name}`", _put(name, lambda x: x + 1)
            yield f"one too few is taken of `{name}`", _put(name, lambda x: np.maximum(x - 1, 0))
        if isinstance(value, np.ndarray) and value.ndim > 1:
            yield f"`{name}` is read as if all were its first row", _put(name, _first)
        if name in found.failed.request.kwargs:
            yield f"`{name}` is ignored: its default is taken", _without(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and name != "axis":
            for said, number in (
                ("one too many is taken of", lambda x: x + 1),
                ("one too few is taken of", lambda x: x - 1),
                ("the sign is lost of", abs), ("the sign is turned of", lambda x: -x),
                ("the square is taken of", lambda x: x * x), ("twice is taken of", lambda x: 2 * x),
                ("half is taken of", lambda x: x / 2), ("0 is taken for", lambda x: 0 * x),
                ("1 is taken for", lambda x: 0 * x + 1), ("-1 is taken for", lambda x: 0 * x - 1),
            ):  # fmt: skip
                yield f"{said} `{name}`", _put(name, number)
    names = list(given)
    for i, name in enumerate(names):
        for other in names[i + 1 :]:
            if _alike(given[name], given[other]):
                yield f"`{name}` and `{other}` are exchanged", _exchange(name, other)


def of_what_if(found: Evidence, runner: InProcess) -> str:
    """A sentence on what the student's function does instead, "" if it is none of these."""
    for said, change in changes(found):
        if found.fits(predicted(runner, change)) and not by_chance(found, said):
            return f"your numbers are those of an answer in which {said}"
    return ""


def by_chance(found: Evidence, said: str) -> bool:
    """Whether a power or a multiple of a number is told from one value of it: 2 · 2 is 2 ** 2."""
    verb, _, name = said.partition(" is taken of `")
    values = {repr(arguments(step).get(name[:-1])) for step in found.failures}
    return verb in ("the square", "twice", "half") and len(values) < 2


class Scale:
    """Whether one argument enters multiplied by another number than it should be, in every call."""

    def __init__(self, found: Evidence, runner: InProcess) -> None:
        self.found, self.runner = found, runner

    def by_law(self) -> str:
        """A sentence with the factor, where it is one number or a power of a size, "" if none."""
        name, by = self._found
        return self._says(name, by) if by else ""

    def by_any(self) -> str:
        """A sentence also where the factor of each call is another, and follows no size."""
        name, by = self._found
        return self._says(name, by or "by another factor in each call") if name else ""

    def _says(self, name: str, by: str) -> str:
        what = f"what `{name}` goes into is scaled wrongly, {by}"
        return f"your numbers are those of an answer in which {what}"

    @cached_property
    def _found(self) -> tuple[str, str]:
        """The argument, and by how much."""
        calm = sorted((step for step in self.found.failures if _is_calm(step)), key=_size)
        for name, value in arguments(self.found.failed).items():
            if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
                continue
            factors: list[float] = []
            for step in calm:
                factors.append(_factor(step, self.runner, name))
                if not factors[-1]:
                    break
            if factors and all(factors):
                same = np.allclose(factors, factors[0], 1e-4)
                by = f"by {factors[0]:.4g} times what it should be"
                return name, by if same else _law(calm, np.array(factors))
        return "", ""


def _law(steps: list[Step], factors: np.ndarray) -> str:
    """The power of a size that the factors of several calls are, "" if of none."""
    given = [arguments(step) for step in steps]
    for name, value in given[0].items():
        for axis in range(1, np.ndim(value) + 1):
            sizes = [np.shape(other.get(name))[-axis:][:1] for other in given]
            if not all(sizes) or len({*sizes}) < 2:
                continue
            for power, said in POWERS.items():
                if np.allclose(np.ravel(sizes) ** power, factors, 1e-4):
                    place = f"axis {-axis} of `{name}`"
                    return f"by {said} times what it should be, n the length of {place}"
    return ""


def _is_calm(step: Step) -> bool:
    floats = [a for a in arrays_in(list(arguments(step).values())) if a.dtype.kind == "f"]
    return all(a.dtype == np.float64 and (np.abs(a) < MODERATE).all() for a in floats)


def _size(step: Step) -> int:
    return sum(array.size for array in arrays_in(list(arguments(step).values())))


def _factor(step: Step, runner: InProcess, name: str) -> float:
    """The factor on an argument that gives the answer of one call, 0 where none does."""
    target = _vector(step.outcome.outputs[0])
    if target is None or target.size < 4:
        return 0.0

    def error(log: float) -> float:
        answer = _vector(predicted(runner, _put(name, lambda x: x * math.exp(log)))(step))
        if answer is None or answer.shape != target.shape:
            return 1e30
        return float(np.nan_to_num(np.square(answer - target).sum(), nan=1e30))

    grid = np.linspace(-4, 4, 33)
    start = grid[int(np.argmin([error(log) for log in grid]))]
    factor = math.exp(_lowest(error, start - 0.3, start + 0.3))
    value = predicted(runner, _put(name, lambda x: x * factor))(step)
    near = predicted(runner, _put(name, lambda x: x * factor * BESIDE))(step)
    close = agree(step.outcome.outputs[0], value, SCALED)
    level = agree(near, value, SCALED)  # other factors give the same: none is told
    return factor if close and not level and abs(factor - 1) > 1e-4 else 0.0


def _lowest(error: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one valley is lowest, to 1e-9, by the golden section.

    By hand: to import SciPy's optimizer takes longer than all the rest of a verdict.
    """
    share = (math.sqrt(5) - 1) / 2
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = error(left), error(right)
    while high - low > 1e-9:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = error(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = error(right)
    return (low + high) / 2


def _vector(value: Any) -> np.ndarray | None:
    """All numbers of an output in one row, None where it is of another kind."""
    pieces = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(piece, np.ndarray | np.generic | float) for piece in pieces):
        return None
    return np.concatenate([np.asarray(piece, float).ravel() for piece in pieces])


def predicted(runner: InProcess, change: Change) -> Prediction:
    """What a function of ours answers to the changed question."""

    def predict(step: Step) -> Any:
        changed = change(arguments(step))
        if changed is None:
            return NONE
        count = len(step.request.args)
        positional = [changed.pop(name) for name in step.names[:count]]
        extra = list(step.request.args[len(step.names) :])
        request = step.request._replace(
            args=positional + extra, kwargs=changed, layouts=False, times=1, memory=False
        )
        outcome = runner.run(request)
        return outcome.outputs[0] if outcome.outputs and outcome.error is None else NONE

    return predict


def _put(name: str, turn: Callable[[Any], Any]) -> Change:
    def change(given: dict[str, Any]) -> dict[str, Any] | None:
        if name not in given or given[name] is None:
            return None
        value = turn(given[name])
        return None if value is None else {**given, name: value}

    return change


def _without(name: str) -> Change:
    def change(given: dict[str, Any]) -> dict[str, Any] | None:
        return {key: value for key, value in given.items() if key != name}

    return change


def _exchange(name: str, other: str) -> Change:
    def change(given: dict[str, Any]) -> dict[str, Any] | None:
        if name not in given or other not in given or not _alike(given[name], given[other]):
            return None
        return {**given, name: given[other], other: given[name]}

    return change


def _alike(here: Any, there: Any) -> bool:
    kinds = [type(x) for x in (here, there)]
    if kinds == [np.ndarray, np.ndarray]:
        return here.dtype == there.dtype
    return kinds[0] is kinds[1] and kinds[0] in (int, float)


def _transposed(x: np.ndarray) -> np.ndarray | None:
    return x.swapaxes(-1, -2).copy() if x.shape[-1] == x.shape[-2] else None


def _first(x: np.ndarray) -> np.ndarray:
    return np.broadcast_to(x[..., :1, :], x.shape).copy()
