"""How the right values became these: a factor, a sign, an axis, an input, a place.

Each way is tried on one output after another and must give the answer's own numbers in every call
of the function. Few numbers are no evidence: a factor wants several, or several calls.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from grader.causes.evidence import (
    NONE,
    Evidence,
    Prediction,
    arguments,
    output_names,
    parts,
    same,
    whole_name,
)
from grader.diagnose import Step

Way = Callable[[Any, Step], Any]  # of a right output: what it became


def of_values(found: Evidence) -> str:
    """A sentence on how the wrong outputs came about, "" if none of the ways gives them."""
    wrong = wrong_outputs(found)
    if not wrong:
        return ""
    said = exchanged(found, wrong)
    if said:
        return said
    told = {name: one_output(found, name) for name in wrong}
    if not all(told.values()):
        return ""
    return in_words(told) + right_ones(found, wrong)


def in_words(told: dict[str, str]) -> str:
    """What is wrong with each output, those together that are wrong in the same way."""
    grouped: dict[str, list[str]] = {}
    for name, how in told.items():
        grouped.setdefault(how, []).append(name)
    return "; ".join(_told(names, how) for how, names in grouped.items())


def wrong_outputs(found: Evidence) -> list[str]:
    """The names of the outputs that are wrong in the failed call, () where names do not meet."""
    got, wanted = outputs(found, found.failed)
    if got.keys() != wanted.keys():
        return []
    return [name for name in wanted if not same(got[name], wanted[name], found.failed)]


def in_place_of(found: Evidence, name: str, whole: Prediction) -> Prediction:
    """Of another answer the one output, all others as they came back."""

    def predict(step: Step) -> Any:
        got, wanted = outputs(found, step)
        other = whole(step)
        if other is NONE or name not in wanted:
            return NONE
        named = parts(other, output_names(found.exercise, step), whole_name(step))
        return _with(step.outcome.outputs[0], got, name, named.get(name, NONE))

    return predict


def _told(names: list[str], how: str) -> str:
    if len(names) > 1:
        how = re.sub(r"^(is|runs|repeats|has)\b", lambda verb: MANY[verb[1]], how)
    return f"your {_listed(names)} {how}"


MANY = {"is": "are", "runs": "run", "repeats": "repeat", "has": "have"}


def right_ones(found: Evidence, wrong: list[str]) -> str:
    """What else came back is right, as an addition to a sentence."""
    _, wanted = outputs(found, found.failed)
    right = [name for name in wanted if name not in wrong]
    if not right or len(right) > 4:
        return ""
    return f" (your {_listed(right)} {'are' if len(right) > 1 else 'is'} right)"


def outputs(found: Evidence, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """What came back and what was expected, output by output."""
    names, whole = output_names(found.exercise, step), whole_name(step)
    sides = step.outcome.outputs[0], step.expected.outputs[0]
    one, other = (parts(side, names, whole) for side in sides)
    return one, other


def exchanged(found: Evidence, wrong: list[str]) -> str:
    """Whether two outputs stand in each other's place."""
    _, wanted = outputs(found, found.failed)
    if not isinstance(found.failed.expected.outputs[0], tuple):
        return ""
    for one in wrong:
        for other in wanted:
            if other == one or not _stands_for(found, one, other):
                continue
            if other in wrong and _stands_for(found, other, one):
                return f"your {one} and {other} are exchanged"
            return f"your {one} is what {other} should be"
    return ""


def _stands_for(found: Evidence, one: str, other: str) -> bool:
    """Whether one output is what another should be, in every failed call; one number is no sign."""
    for step in found.failures:
        got, wanted = outputs(found, step)
        if one not in got or other not in wanted or not _numbers(wanted[other]):
            return False
        if np.size(wanted[other]) < 3:
            return False
        if not same(got[one], wanted[other], step) or np.ptp(np.asarray(wanted[other])) == 0:
            return False
    return True


def one_output(found: Evidence, name: str) -> str:
    """How one output came about, "" if by none of the ways."""
    if not _numbers(outputs(found, found.failed)[1][name]):
        return ""
    for said, way in ways(found, name):
        if _holds(found, name, way):
            return said
    return constant_factor(found, name)


def _holds(found: Evidence, name: str, way: Way) -> bool:
    return found.fits(partial(_predicted, found, name, way)) and _enough(found, name)


def _predicted(found: Evidence, name: str, way: Way, step: Step) -> Any:
    """The student's outputs with the named one put as the way has it."""
    got, wanted = outputs(found, step)
    if name not in wanted or not _numbers(wanted[name]):
        return NONE
    became = way(wanted[name], step)
    if became is NONE:
        return NONE
    return _with(step.outcome.outputs[0], got, name, became)


def _with(whole: Any, got: dict[str, Any], name: str, became: Any) -> Any:
    if isinstance(whole, tuple):
        return tuple(became if key == name else part for key, part in got.items())
    if isinstance(whole, dict) and name not in (None,) and len(got) == len(whole) and name in got:
        named = [became if key == name else part for key, part in got.items()]
        return dict(zip(whole, named, strict=True))
    return became


def _numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float) and (
        np.asarray(value).dtype.kind in "biuf"
    )


def _enough(found: Evidence, name: str) -> bool:
    """Numbers that speak for a way: those that are wrong, in all calls together."""
    count = 0
    for step in found.calls:
        got, wanted = outputs(found, step)
        if name in got and name in wanted and _numbers(got[name]):
            one, other = np.asarray(got[name]), np.asarray(wanted[name])
            if one.shape == other.shape:
                count += int((~np.isclose(one, other, equal_nan=True)).sum())
            else:
                count += one.size
    return count >= 3


def ways(found: Evidence, name: str) -> Iterator[tuple[str, Way]]:
    """Every way of going wrong, with how it is told."""
    yield "is all zeros", lambda x, _: np.zeros_like(x)
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
        yield f"is {said} what it should be", partial(_times, factor)
    yield from _sizes(found)
    yield "is transposed", lambda x, _: x.swapaxes(-1, -2)
    for axis in (-1, -2, 0):
        where = {-1: "last", -2: "second last", 0: "first"}[axis]
        yield f"runs backwards along the {where} axis", partial(_flipped, axis)
        for step in (1, -1):
            late = "late" if step > 0 else "early"
            yield f"is one place too {late} along the {where} axis", partial(_rolled, axis, step)
    yield "is taken without its sign", lambda x, _: np.abs(x)
    yield "has its negative values cut to 0", lambda x, _: np.maximum(x, 0)
    yield "is cut to between 0 and 1", lambda x, _: np.clip(x, 0, 1)
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
            "is right but for a factor of its own in each row: a sum, a norm or a scale is taken "
            "wrongly row by row"
        ),
        _by_rows,
    )
    yield "is summed over the leading axes, as if all the batch were one", _over_batch
    for axis in (-1, -2, 0):
        where = {-1: "last", -2: "second last", 0: "first"}[axis]
        for said, reduce in (("sum", np.sum), ("mean", np.mean), ("largest", np.max)):
            yield (
                f"is everywhere the {said} over the {where} axis of what it should be",
                partial(_reduced, reduce, axis),
            )
        yield f"repeats its first entry along the {where} axis", partial(_repeated, axis)


FACTORS = [
    *((2.0, "twice"), (0.5, "half of"), (4.0, "four times"), (0.25, "a quarter of")),
    *((3.0, "three times"), (1 / 3, "a third of"), (-2.0, "minus twice"), (-0.5, "minus half of")),
    (float(np.log(2)), "ln 2 times (logarithms to base 2?)"),
    (float(1 / np.log(2)), "1/ln 2 times (logarithms to base 2?)"),
    (float(1 / np.log(10)), "1/ln 10 times (logarithms to base 10?)"),
]


def _times(factor: float, x: Any, _: Step) -> Any:
    return x * factor


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


def _over_batch(x: Any, _: Step) -> Any:
    lead = tuple(range(np.ndim(x) - 2))
    return np.broadcast_to(x.sum(lead, keepdims=True), x.shape) if lead else NONE


def _repeated(axis: int, x: Any, _: Step) -> Any:
    return np.broadcast_to(np.take(x, [0], axis), np.shape(x))


def _narrowed(x: Any, step: Step) -> Any:
    """The answer itself, if it is right to the digits of float32."""
    got = step.outcome.outputs[0]
    if not isinstance(got, np.ndarray | np.generic) or np.asarray(x).dtype != np.float64:
        return NONE
    near = np.shape(got) == np.shape(x) and np.allclose(got, x, 1e-5, 1e-6)
    return got if near else NONE


def _sizes(found: Evidence) -> Iterator[tuple[str, Way]]:
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
        ("{} times", 1.0), ("{} times too small, 1/{} of", -1.0),
        ("√({}) times", 0.5), ("√({}) times too small, 1/√({}) of", -0.5),
    ):  # fmt: skip
        words = said.replace("{}", text)
        yield f"is {words} what it should be", partial(_to_the, size, power)
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
    for step in found.failures:
        got, wanted = outputs(found, step)
        one, other = np.asarray(got[name]), np.asarray(wanted[name])
        if one.shape != other.shape or one.dtype.kind != "f":
            return ""
        if one.size < 4:
            continue
        ratio, gap = one / other, one - other
        digits = 1e-4 if one.dtype == np.float32 else 1e-6
        usable = np.isfinite(ratio) & (np.abs(other) > 1e-9)
        steady = usable.sum() >= 4 and np.isfinite(one).all()
        steady = steady and np.allclose(ratio[usable], np.median(ratio[usable]), digits)
        factors.append(float(np.median(ratio[usable])) if steady else np.nan)
        gaps.append(float(gap.flat[0]) if np.allclose(gap, gap.flat[0], 1e-7, 1e-9) else np.nan)
    if not factors:
        return ""
    if np.isfinite(factors).all() and abs(factors[0] - 1) > 1e-6 and abs(factors[0]) > 1e-9:
        return f"is right up to a factor, {factors[0]:.4g} here"
    if np.isfinite(gaps).all() and abs(gaps[0]) > 1e-9:
        return f"is off by the same number everywhere, {gaps[0]:.4g} here"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
