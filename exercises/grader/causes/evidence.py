"""What is known of one function of an answer: all calls of it, passed and failed."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from grader.clock import Clock
from grader.compare import Tolerance, agree, arrays_in
from grader.diagnose import Step
from grader.exercise import Exercise

Prediction = Callable[[Step], Any]  # what a cause would have sent back; NONE: it says nothing
NONE = object()
DRAWN = 0.01  # a relative tolerance for what is drawn


@dataclass(frozen=True)
class Evidence:
    """The failed call, and all calls of the same function whose values were compared."""

    exercise: Exercise
    failed: Step
    calls: list[Step]
    every: list[Step]  # those that ended in an error too
    clock: Clock

    @cached_property
    def failures(self) -> list[Step]:
        """The calls whose first answer is wrong."""
        return [
            step
            for step in self.calls
            if not same(step.outcome.outputs[0], step.expected.outputs[0], step)
        ]

    def fits(self, predict: Prediction) -> bool:
        """Whether a cause gives the answer's own values wherever it says anything."""
        return (
            self.agrees(self.failed, predict) is True
            and self.speaks
            and all(self.agrees(step, predict) is not False for step in self.calls)
        )

    @cached_property
    def speaks(self) -> bool:
        """Whether what is wrong is finite somewhere: many faults end in the same NaN."""
        return any(
            np.isfinite(array).any()
            for step in self.failures
            for array in arrays_in(step.outcome.outputs[0])
            if array.dtype.kind == "f"
        ) or not any(
            array.dtype.kind == "f"
            for step in self.failures
            for array in arrays_in(step.outcome.outputs[0])
        )

    @cached_property
    def telling(self) -> bool:
        """Whether what is wrong is more than NaN, 0 and 1, which many faults end in."""
        for step in self.failures:
            got, wanted = (arrays_in(x.outputs[0]) for x in (step.outcome, step.expected))
            for here, there in zip(got, wanted, strict=False):
                if here.dtype.kind != "f" or here.shape != there.shape:
                    return True
                wrong = here[~np.isclose(here, there, equal_nan=True)]
                if (np.isfinite(wrong) & ~np.isin(wrong, (0, 1))).any():
                    return True
        return not any(arrays_in(step.outcome.outputs[0]) for step in self.failures)

    @property
    def is_drawn(self) -> bool:
        """Whether numbers are compared so widely that they must be drawn at random."""
        return self.failed.terms.tolerance(self.failed.expected.outputs).rtol >= DRAWN

    @property
    def is_rounding(self) -> bool:
        """Whether the failed answer is right but for its last digits."""
        return same_but_rounded(self.failed.outcome.outputs[0], self.failed.expected.outputs[0])

    def agrees(self, step: Step, predict: Prediction) -> bool | None:
        """Whether it does in one call; None where it says nothing. Raises OutOfTime."""
        self.clock.check()
        try:
            predicted = predict(step)
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            return None if step is not self.failed else False
        if predicted is NONE:
            return None if step is not self.failed else False
        return same(step.outcome.outputs[0], predicted, step)


def evidence(exercise: Exercise, failed: Step, steps: list[Step], clock: Clock) -> Evidence:
    """Of the calls in ``steps``, those that ask the same of the same function."""
    every = [
        step
        for step in steps
        if step.request.name == failed.request.name
        and step.request.drive == failed.request.drive
        and step.terms.holds is None
    ]
    calls = [step for step in every if step.outcome.outputs and step.expected.outputs]
    return Evidence(exercise, failed, calls, every, clock)


def cached(predict: Prediction) -> Prediction:
    """The same, which remembers what it said of each call."""
    known: dict[int, Any] = {}

    def remembered(step: Step) -> Any:
        if id(step) not in known:
            known[id(step)] = predict(step)
        return known[id(step)]

    return remembered


def same(answer: Any, other: Any, step: Step) -> bool:
    """Whether two answers are the same within the call's tolerance."""
    return agree(answer, other, step.terms.tolerance(step.expected.outputs))


def same_but_rounded(answer: Any, other: Any) -> bool:
    """Whether two answers differ by less than a thousandth."""
    return agree(answer, other, Tolerance(1e-3, 1e-9))


def arguments(step: Step) -> dict[str, Any]:
    """The call's arguments by name."""
    return {**dict(zip(step.names, step.request.args, strict=False)), **step.request.kwargs}


def parts(value: Any, names: tuple[str, ...], whole: str) -> dict[str, Any]:
    """The outputs one by one, by the names that the question gives them; a dict entry by entry."""
    if isinstance(value, tuple):
        numbered = tuple(f"output {i}" for i in range(len(value)))
        named = zip(names if len(names) == len(value) else numbered, value, strict=True)
        return {key: entry for name, part in named for key, entry in _entries(part, name).items()}
    return _entries(value, whole)


def _entries(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict) and value and all(isinstance(key, str) for key in value):
        return {f"{name}[{key!r}]": part for key, part in value.items()}
    return {name: value}


def output_names(exercise: Exercise, step: Step) -> tuple[str, ...]:
    """What the outputs of a function are called, () if it has one or they have no names."""
    path = exercise.tests_path if step.request.drive else exercise.reference_path
    name, stub = step.request.name, exercise.solution / "stub.py"
    names = _returned(path, stub).get(name, ())
    if step.request.drive and not names:  # a drive may hand on what a function returns
        name = _handed_on(path).get(name, "")
        names = _returned(exercise.reference_path, stub).get(name, ())
    wanted = step.expected.outputs[0] if step.expected.outputs else None
    return names if isinstance(wanted, tuple) and len(names) == len(wanted) else ()


def whole_name(step: Step) -> str:
    """What the one output of a call is called."""
    return "answer" if step.request.drive else step.request.name


@cache
def _returned(*paths: Path) -> dict[str, tuple[str, ...]]:
    """By the last file that names them: the question before the code."""
    return {
        node.name: names
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (names := _of_docstring(node) or _of_return(node))
    }


@cache
def _handed_on(path: Path) -> dict[str, str]:
    """By drive of a test file: the function whose answer it returns as it is."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for returned in _own_returns(node) if isinstance(node, ast.FunctionDef) else ():
            call = returned.value
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                found[node.name] = call.func.attr
    return found


def _of_docstring(node: ast.FunctionDef) -> tuple[str, ...]:
    """From "returns (da, db)" or "returns out (..., n, dv) and weights (..., n, m)"."""
    text = ast.get_docstring(node) or ""
    if found := re.search(r"(?:[Rr]eturns?:?|->)\s*\(((?:\w+,\s*)+\w+)\)", text):
        return tuple(re.split(r",\s*", found[1]))
    if found := re.search(r"[Rr]eturns? (\w+) \([^)]*\)[^.]*? and (?:the )?(\w+)(?: \(|, )", text):
        return found[1], found[2]
    return ()


def _of_return(node: ast.FunctionDef) -> tuple[str, ...]:
    values = [r.value for r in _own_returns(node) if isinstance(r.value, ast.Tuple)]
    for value in reversed(values):
        names = [name for entry in value.elts if (name := _name_of(entry))]
        if len(names) == len(value.elts) > 1:
            return tuple(names)
    return ()


def _name_of(node: ast.expr) -> str:
    """The name in ``counts`` and in ``counts.toarray()``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value
    return node.id if isinstance(node, ast.Name) else ""


def _own_returns(node: ast.FunctionDef) -> Iterator[ast.Return]:
    functions = (n for n in ast.walk(node) if isinstance(n, ast.FunctionDef | ast.Lambda))
    inner = {id(n) for function in functions if function is not node for n in ast.walk(function)}
    for inside in ast.walk(node):
        if isinstance(inside, ast.Return) and id(inside) not in inner:
            yield inside
