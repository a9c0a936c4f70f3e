"""The kind of what came back, before its values."""

import math
from typing import Any

import numpy as np

from grader.causes.evidence import output_names, same, whole_name
from grader.causes.outputs import in_plural, verb
from grader.compare import arrays_in
from grader.diagnose import Step
from grader.exercise import Exercise
from grader.sandbox.kernel import UNWRITTEN

PLACES = ("first", "second", "third", "fourth", "fifth")


def of_trivial(step: Step) -> str:
    """Whether what came back is empty where something is asked: plainer than any cause."""
    if not step.outcome.outputs or not step.expected.outputs:
        return ""
    got, wanted = step.outcome.outputs[0], step.expected.outputs[0]
    while isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted) == 1:
        got, wanted = got[0], wanted[0]
    lists = isinstance(got, list) and isinstance(wanted, list)
    if lists and any(map(full, wanted)) and not any(map(full, got)):
        return f"an empty list came back from your {whole_name(step)}: nothing was found"
    return ""


def of_unwritten(step: Step) -> str:
    """Whether what came back holds memory that nothing was ever written into."""
    for got, wanted in zip(step.outcome.outputs, step.expected.outputs):
        for here, there in zip(arrays_in(got), arrays_in(wanted)):
            if here.dtype.kind not in "fiu" or here.itemsize < 4 or here.shape != there.shape:
                continue
            fresh = np.frombuffer(bytes([UNWRITTEN]) * here.itemsize, here.dtype)
            if ((here == fresh) & (there != fresh)).any():
                return (
                    "some of your numbers were never written: np.empty, and where=… without "
                    "out=…, leave whatever stood in the memory"
                )
    return ""


def full(entry: Any) -> bool:
    """Whether an entry of a list is something: a number, an array, or what is not empty."""
    return isinstance(entry, int | float | np.ndarray) or bool(entry)


def of_kind(exercise: Exercise, step: Step) -> str:
    """Whether a number of Python's came back where the dtype alone is wrong."""
    dtype = step.complaint is not None and step.complaint.kind == "dtype"
    told = of_form(exercise, step) if dtype else ""
    return told if "a Python float" in told else ""


def of_form(exercise: Exercise, step: Step) -> str:
    """What is wrong with the form of an answer, "" if nothing is."""
    if not step.outcome.outputs or not step.expected.outputs or step.terms.holds is not None:
        return ""
    got, wanted = step.outcome.outputs[0], step.expected.outputs[0]
    names, whole = output_names(exercise, step), whole_name(step)
    said = _nothing(*_first(got, wanted), step) or _containers(got, wanted, step, names)
    if said:
        return said
    if isinstance(got, tuple) and isinstance(wanted, tuple):
        labels = names if len(names) == len(wanted) else [f"output {i}" for i in range(len(wanted))]
        pairs = list(zip(labels, got, wanted, strict=True))
    elif isinstance(got, dict) and isinstance(wanted, dict):
        pairs = [(f"entry {key!r}", got[key], wanted[key]) for key in wanted if key in got]
    else:
        pairs = [(whole, got, wanted)]
    for label, here, there in pairs:
        if isinstance(here, dict) and isinstance(there, dict) and there.keys() - here.keys():
            lost = ", ".join(repr(key) for key in there if key not in here)
            return f"a key is missing in your {label}: {lost}"
        if how := _array(here, there, step):
            plural = verb([label]) == "are"
            return f"your {label} {in_plural(how) if plural else how}"
    return ""


def of_runs(step: Step) -> str:
    """Whether only a later run of the same call is wrong: in another layout, or once more."""
    if len(step.outcome.outputs) < 2 or not step.expected.outputs:
        return ""
    wanted = step.expected.outputs[0]
    right = [same(output, wanted, step) for output in step.outcome.outputs]
    if not right[0] or all(right):
        return ""
    if step.request.layouts and not right[1]:
        return (
            "your answer is right for an input in C order and wrong for the same one in Fortran "
            "order, as where what is written into the result of .reshape or .ravel is lost, which "
            "is a copy there"
        )
    return "the first call is right and the same call again is wrong: something is kept in between"


def _first(got: Any, wanted: Any) -> tuple[Any, Any]:
    """What a call gave, where several of them are listed: of the first."""
    while isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted) > 0:
        got, wanted = got[0], wanted[0]
    return got, wanted


def _nothing(got: Any, wanted: Any, step: Step) -> str:
    if got is not None or wanted is None:
        return ""
    if step.outcome.printed.strip():
        return "nothing came back, and something was printed: does `print` stand for `return`?"
    of = step.expected.used[0] if len(step.expected.used) == 1 else whole_name(step)
    return f"nothing came back: is a `return` missing at the end of {of}?"


def _containers(got: Any, wanted: Any, step: Step, names: tuple[str, ...]) -> str:
    expected = f"({', '.join(names)})" if names else "a tuple"
    if [type(value) for value in _first(got, wanted)] == [dict, list]:
        return "you return a dict where a list is asked"
    if isinstance(got, list) and isinstance(wanted, tuple):
        right = " Its contents are right." if same(tuple(got), wanted, step) else ""
        return f"you return a list where a tuple is asked{f': {expected}' if names else ''}.{right}"
    if isinstance(got, tuple) and isinstance(wanted, list):
        return "you return a tuple where a list is asked"
    if isinstance(got, tuple) and not isinstance(wanted, tuple):
        place = next((i for i, value in enumerate(got) if same(value, wanted, step)), None)
        which = f"; the {PLACES[place]} of them is right" if place in range(len(PLACES)) else ""
        return f"you return {len(got)} values where one is asked{which}"
    if isinstance(wanted, tuple) and not isinstance(got, tuple):
        place = next((i for i, value in enumerate(wanted) if same(got, value, step)), None)
        if place is not None and names:
            return f"you return {names[place]} alone, which is right; {expected} are asked"
        return f"one value came back where {expected} are asked"
    if isinstance(got, tuple) and isinstance(wanted, tuple) and len(got) != len(wanted):
        return f"you return {len(got)} values, {len(wanted)} are asked: {expected}"
    return ""


def _array(got: Any, wanted: Any, step: Step) -> str:
    other = str | dict | set | list | tuple
    if isinstance(got, list) and isinstance(wanted, np.ndarray):
        right = same(_as_array(got), wanted, step)
        asked = f"an array of shape {wanted.shape} is asked"
        return f"is a list where {asked}{'; its values are right' if right else ''}"
    if isinstance(got, other) or isinstance(wanted, other):
        return ""
    if got is None or wanted is None:
        return "is None" if got is None and wanted is not None else ""
    if isinstance(got, float) and not isinstance(got, np.generic) and _is_single(wanted):
        return "is a Python float, which counts as float64; a NumPy number of float32 is asked"
    got, wanted = np.asarray(got), np.asarray(wanted)
    if got.dtype.kind not in "biuf" or wanted.dtype.kind not in "biuf":
        return ""
    if got.shape != wanted.shape:
        return _shape(got, wanted, step)
    large = wanted.dtype.kind in "iu" and (np.abs(wanted.astype(float)) > 2**53).any()
    if got.dtype == wanted.dtype and not large:
        return ""
    with np.errstate(all="ignore"):
        close = np.allclose(got.astype(float), wanted.astype(float), 1e-5, 1e-6, equal_nan=True)
    if close and got.dtype.kind == wanted.dtype.kind == "f" and step.complaint is not None:
        return f"has the right values, but is {got.dtype}; {wanted.dtype} is asked"
    if close and got.dtype.kind != wanted.dtype.kind and "b" in got.dtype.kind + wanted.dtype.kind:
        return f"has the right values, but as {got.dtype}; {wanted.dtype} is asked"
    near = got.dtype.kind == "f" and np.allclose(got, wanted.astype(float), 1e-14, 0)
    if large and near and not _equal(got, wanted):
        return "is rounded: somewhere it is a float, which holds whole numbers up to 2**53"
    if wanted.dtype.kind in "iu" and got.dtype.kind == "f" and _equal(got, wanted):
        return "has the right value, but as a float; a whole number is asked"
    return ""


def _as_array(rows: list[Any]) -> np.ndarray | None:
    try:
        return np.array(rows)
    except ValueError:  # of different lengths
        return None


def _equal(floats: np.ndarray, whole: np.ndarray) -> bool:
    """Whether floats are these whole numbers to the last digit, beyond 2**53 too."""
    pairs = zip(floats.ravel().tolist(), whole.ravel().tolist(), strict=True)
    return all(math.isfinite(number) and int(number) == other for number, other in pairs)


def _is_single(value: Any) -> bool:
    return getattr(value, "dtype", None) == np.float32


def _shape(got: np.ndarray, wanted: np.ndarray, step: Step) -> str:
    shapes = f"{got.shape} where {wanted.shape} is asked"
    ways = [
        ("is transposed", lambda: got.swapaxes(-1, -2)),
        ("has lost an axis of 1 (np.squeeze, a sum without keepdims?)",
         lambda: got.reshape(wanted.shape) if _without_ones(got) == _without_ones(wanted)
         and got.ndim < wanted.ndim else None),
        ("has an axis of 1 too many (keepdims, np.newaxis, atleast_2d?)",
         lambda: got.reshape(wanted.shape) if _without_ones(got) == _without_ones(wanted)
         and got.ndim > wanted.ndim else None),
        ("has its axes in another order",
         lambda: next((got.transpose(order) for order in _orders(got, wanted)), None)),
        ("is flattened", lambda: got.reshape(wanted.shape) if got.ndim == 1 else None),
        ("has its leading axes run together",
         lambda: got.reshape(wanted.shape) if got.ndim == 2 < wanted.ndim
         and got.shape[-1] == wanted.shape[-1] else None),
        ("is that of the first entry of the batch alone",
         lambda: np.broadcast_to(got, wanted.shape)
         if got.shape in (wanted.shape[1:], (1, *wanted.shape[1:])) and wanted.ndim
         and same(got.reshape(wanted.shape[1:]), wanted[0], step) else None),
    ]  # fmt: skip
    for said, turn in ways:
        try:
            turned = turn()
        except (ValueError, IndexError):
            continue
        first = "first entry" in said
        if turned is None or turned.shape != wanted.shape:
            continue
        if first or same(turned, wanted, step):
            return f"{said}: shape {shapes}{'' if first else '; its values are right'}"
    for axis in range(wanted.ndim):
        for name, reduced in (("summed", np.sum), ("averaged", np.mean)):
            for kept in (False, True):
                narrowed = reduced(wanted.astype(float), axis=axis, keepdims=kept)
                if narrowed.shape == got.shape and same(got.astype(float), narrowed, step):
                    return f"is {name} over axis {axis}: shape {shapes}"
    more = got.ndim - wanted.ndim
    if more > 0 and got.shape[more:] == wanted.shape:
        kept = same(got.sum(tuple(range(more))), wanted, step)
        return f"is not summed over all leading axes: shape {shapes}" if kept else ""
    if sorted(got.shape) == sorted(wanted.shape) and got.ndim > 1:
        return f"has shape {shapes}: are its axes in another order?"
    if got.size == 1 and wanted.size > 1:
        return f"is one number; an array of shape {wanted.shape} is asked"
    return ""


def _without_ones(x: np.ndarray) -> tuple[int, ...]:
    return tuple(size for size in x.shape if size != 1)


def _orders(got: np.ndarray, wanted: np.ndarray) -> Any:
    from itertools import permutations

    if got.ndim != wanted.ndim or got.ndim > 5:
        return
    for order in permutations(range(got.ndim)):
        turned = got.transpose(order)
        if turned.shape == wanted.shape and np.allclose(turned, wanted, equal_nan=True):
            yield order
