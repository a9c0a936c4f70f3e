"""Factors by which an output is too large: plain ones, those made of sizes, one without a name."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import Evidence, arguments
from grader.causes.outputs import Way, outputs
from grader.diagnose import Step

FACTORS = [
    *((2.0, "twice"), (0.5, "half of"), (4.0, "four times"), (0.25, "a quarter of")),
    *((3.0, "three times"), (1 / 3, "a third of"), (-2.0, "minus twice"), (-0.5, "minus half of")),
    (float(np.log(2)), "ln 2 times (logarithms to base 2?)"),
    (float(1 / np.log(2)), "1/ln 2 times (logarithms to base 2?)"),
    (float(1 / np.log(10)), "1/ln 10 times (logarithms to base 10?)"),
]


def times(factor: float, x: Any, _: Step) -> Any:
    return x * factor


def of_sizes(found: Evidence) -> Iterator[tuple[str, Way]]:
    """Factors made of the sizes of the call: √d, 1/n, the batch, a numeric argument."""
    for name, value in arguments(found.failed).items():
        if isinstance(value, np.ndarray):
            for axis in range(-value.ndim, 0):
                text = f"{name}.shape[{axis}]"
                yield from _powers(text, partial(_size, name, axis))
            if value.ndim > 1:
                yield from _powers(f"the number of rows of {name}", partial(_rows, name))
            yield from _powers(f"{name}.size", partial(_whole_size, name))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _powers(name, partial(_number, name))


def _powers(text: str, size: Callable[[Step], float]) -> Iterator[tuple[str, Way]]:
    for said, power in (
        ("is {} times what it should be", 1.0), ("is what it should be divided by {}", -1.0),
        ("is √({}) times what it should be", 0.5),
        ("is what it should be divided by √({})", -0.5),
    ):  # fmt: skip
        yield said.replace("{}", text), partial(_to_the, size, power)
    yield f"is ({text} − 1)/{text} of what it should be", partial(_less_one, size)
    yield f"is {text}/({text} − 1) of what it should be", partial(_more_one, size)


def _to_the(size: Callable[[Step], float], power: float, x: Any, step: Step) -> Any:
    return x * size(step) ** power


def _less_one(size: Callable[[Step], float], x: Any, step: Step) -> Any:
    return x * (size(step) - 1) / size(step)


def _more_one(size: Callable[[Step], float], x: Any, step: Step) -> Any:
    return x * size(step) / (size(step) - 1)


def _size(name: str, axis: int, step: Step) -> float:
    return float(arguments(step)[name].shape[axis])


def _rows(name: str, step: Step) -> float:
    return float(np.prod(arguments(step)[name].shape[:-1]))


def _whole_size(name: str, step: Step) -> float:
    return float(arguments(step)[name].size)


def _number(name: str, step: Step) -> float:
    return float(arguments(step)[name])


def constant_factor(found: Evidence, name: str) -> str:
    """A factor that is the same everywhere in each call, though none of those with a name."""
    factors, gaps = [], []
    for step in [found.failed, *found.failures]:
        got, wanted = outputs(found, step)
        here, there = np.asarray(got[name]), np.asarray(wanted[name])
        if here.shape != there.shape or here.dtype.kind != "f":
            return ""
        if here.size < 4:
            continue
        ratio, gap = here / there, here - there
        digits = 1e-4 if here.dtype == np.float32 else 1e-6
        usable = np.isfinite(ratio) & (np.abs(there) > 1e-9)
        steady = usable.sum() >= 4 and np.isfinite(here).all()
        steady = steady and np.allclose(ratio[usable], np.median(ratio[usable]), digits)
        factors.append(float(np.median(ratio[usable])) if steady else np.nan)
        gaps.append(float(gap.flat[0]) if np.allclose(gap, gap.flat[0], 1e-7, 1e-9) else np.nan)
    if not factors:
        return ""
    if np.isfinite(factors).all() and abs(factors[0] - 1) > 1e-6 and abs(factors[0]) > 1e-9:
        return f"is right up to a factor, {_here(factors)}"
    if np.isfinite(gaps).all() and abs(gaps[0]) > 1e-9:
        return f"is off by the same number everywhere, {_here(gaps)}"
    return ""


def _here(numbers: list[float]) -> str:
    """The number, where all calls have it; what is said of one call is said of the others too."""
    same = np.allclose(numbers, numbers[0], 1e-4)
    return f"{numbers[0]:.4g} here" if same else "another one in each call"
