"""The ways in which a right output becomes a wrong one: a sign, a factor, an axis, an input."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import NONE, Evidence, arguments
from grader.causes.factors import FACTORS, of_sizes, times
from grader.causes.outputs import Way, outputs
from grader.diagnose import Step

REDUCED = (("sum", np.sum), ("mean", np.mean), ("largest", np.max))


def ways(found: Evidence, name: str) -> Iterator[tuple[str, Way]]:
    """Every way of going wrong, with how it is told."""
    yield "is all zeros", lambda x, _: np.zeros_like(x) if np.ndim(x) else NONE
    yield "is all ones", lambda x, _: np.ones_like(x)
    for argument in arguments(found.failed):
        yield f"is your input `{argument}` itself", partial(_input, argument)
    if np.asarray(outputs(found, found.failed)[1][name]).dtype.kind == "b":
        yield "is inverted: True where False belongs, and the reverse", lambda x, _: ~x
    yield "has the wrong sign", lambda x, _: -x
    for argument in arguments(found.failed):
        for said, turn in (("plus", np.add), ("minus", np.subtract), ("times", np.multiply)):
            yield f"is what it should be {said} `{argument}`", partial(_joined, turn, argument)
    for factor, said in FACTORS:
        yield f"is {said} what it should be", partial(times, factor)
    yield from of_sizes(found)
    yield "is transposed", lambda x, _: x.swapaxes(-1, -2)
    for axis in (-1, -2, 0):
        where = {-1: "last", -2: "second last", 0: "first"}[axis]
        yield f"runs backwards along the {where} axis", partial(_flipped, axis)
        for step in (1, -1):
            late = "late" if step > 0 else "early"
            yield f"is one place too {late} along the {where} axis", partial(_rolled, axis, step)
    yield "is taken without its sign", lambda x, _: np.abs(x)
    yield "is rounded to whole numbers", lambda x, _: np.round(x)
    yield "is squared", lambda x, _: x * x
    yield "is the root of what it should be", lambda x, _: np.sqrt(x)
    yield "is the logarithm of what it should be", lambda x, _: np.log(x)
    yield "is the exponential of what it should be", lambda x, _: np.exp(x)
    yield "is 1 minus what it should be", lambda x, _: 1 - x
    yield "is one over what it should be", lambda x, _: 1 / x
    yield "is right to seven digits only: somewhere it is computed in float32", _narrowed
    yield (
        (
            "is right but for its last digits, as where a small number is added, a step is too "
            "wide, or float32 taken on the way"
        ),
        _nearly,
    )
    yield (
        (
            "is right but for a factor of its own in each row, as where a sum, a norm or a scale "
            "goes wrong row by row"
        ),
        _by_rows,
    )
    yield "is summed over the leading axes, as if all the batch were one", _over_batch
    for axis in (-1, -2, 0):
        where = {-1: "last", -2: "second last", 0: "first"}[axis]
        truths = np.asarray(outputs(found, found.failed)[1][name]).dtype.kind == "b"
        if truths:  # of which a sum is no number
            yield f"is True wherever one along the {where} axis should be", partial(_anywhere, axis)
        for said, reduce in () if truths else REDUCED:
            yield (
                f"is everywhere the {said} over the {where} axis of what it should be",
                partial(_reduced, reduce, axis),
            )
        yield f"repeats its first entry along the {where} axis", partial(_repeated, axis)


def _input(name: str, x: Any, step: Step) -> Any:
    value = arguments(step).get(name, NONE)
    return value if value is NONE or np.shape(value) == np.shape(x) else NONE


def _joined(turn: Callable[..., Any], name: str, x: Any, step: Step) -> Any:
    value = arguments(step).get(name)
    fits = isinstance(value, np.ndarray) and value.shape == np.shape(x) and value.dtype.kind == "f"
    return turn(x, value) if fits else NONE


def _by_rows(x: Any, step: Step) -> Any:
    """The answer itself, if each row of it is the right row times one number."""
    got = step.outcome.outputs[0]
    if not isinstance(got, np.ndarray) or got.shape != np.shape(x) or got.ndim < 2:
        return NONE if step.complaint is None else x
    if got.shape[-1] < 3 or got.dtype.kind != "f":
        return NONE if step.complaint is None else x
    other = np.asarray(x)
    factor = (got * other).sum(-1, keepdims=True) / (other * other).sum(-1, keepdims=True)
    if np.isin(np.round(factor, 6), (0, 1)).all():
        return NONE  # some rows are right and others zero, which is no factor
    return got if np.allclose(got, factor * other, 1e-4, 1e-9) else NONE  # NaN fits nothing


def _flipped(axis: int, x: Any, _: Step) -> Any:
    return np.flip(x, axis)


def _rolled(axis: int, by: int, x: Any, step: Step) -> Any:
    """Rolled; the entry that comes in anew is not asked for, so the answer's own stands there."""
    if np.ndim(x) == 0 or np.shape(x)[axis] < 4:
        return NONE if step.complaint is None else x
    rolled = np.roll(x, by, axis)
    got = step.outcome.outputs[0]
    if isinstance(got, np.ndarray) and got.shape == rolled.shape:
        place: list[Any] = [slice(None)] * rolled.ndim
        place[axis] = 0 if by > 0 else -1
        rolled[tuple(place)] = got[tuple(place)]
    return rolled


def _reduced(reduce: Callable[..., Any], axis: int, x: Any, _: Step) -> Any:
    return np.broadcast_to(reduce(x, axis=axis, keepdims=True), np.shape(x)).astype(x.dtype)


def _anywhere(axis: int, x: Any, _: Step) -> Any:
    return np.broadcast_to(np.any(x, axis=axis, keepdims=True), np.shape(x))


def _over_batch(x: Any, _: Step) -> Any:
    lead = tuple(range(np.ndim(x) - 2))
    return np.broadcast_to(x.sum(lead, keepdims=True), x.shape) if lead else NONE


def _repeated(axis: int, x: Any, _: Step) -> Any:
    return np.broadcast_to(np.take(x, [0], axis), np.shape(x))


def _narrowed(x: Any, step: Step) -> Any:
    """The answer itself, if it is right to the digits of float32 and holds no more of them."""
    got = _nearly(x, step)
    single = got is not NONE and np.array_equal(np.float32(got), got, equal_nan=True)
    return got if single else NONE


def _nearly(x: Any, step: Step) -> Any:
    """The answer itself, if it is right to the digits of float32."""
    got = step.outcome.outputs[0]
    if not isinstance(got, np.ndarray | np.generic) or np.asarray(x).dtype != np.float64:
        return NONE
    near = np.shape(got) == np.shape(x) and np.allclose(got, x, 1e-5, 1e-6)
    return got if near else NONE
