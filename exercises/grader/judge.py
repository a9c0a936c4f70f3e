"""Decides whether an outcome is right, and if not, what is wrong with it.

The same judgement serves students' answers, known mistakes and right answers in other styles.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from grader.compare import Difference, Tolerance, describe, difference, tolerance_for
from grader.sandbox.execute import LAYOUTS, Outcome, Request


class Terms(NamedTuple):
    """What a check asks beyond equal values."""

    rtol: float | None = None
    atol: float | None = None
    says: str = ""
    compare: Callable[[Any, Any], str | None] | None = None
    dtype: bool = False
    at_most: int | None = None
    holds: Callable[[Any], str | None] | None = None
    numeric: Callable[[], Any] | None = None
    diagnose: bool = True

    def tolerance(self, expected: Any) -> Tolerance:
        """The tolerance for an expected value."""
        return tolerance_for(expected, self.rtol, self.atol)


class Complaint(NamedTuple):
    """What is wrong: its kind, where, what came back, what was expected, a remark."""

    kind: str
    got: str
    expected: str
    where: str = ""
    note: str = ""


NUMERIC = Tolerance(1e-5, 1e-6)
KINDS_OF_PROCESS = ("rule", "stopped", "missing")


def judge(
    outcome: Outcome, expected: Outcome, terms: Terms, request: Request, names: list[str]
) -> Complaint | None:
    """The first thing wrong with an outcome, or None. ``names`` are the arguments' names."""
    return (
        _process(outcome)
        or _changed(outcome, request, names)
        or _raised(outcome, expected)
        or _refused(outcome, expected)
        or _values(outcome, expected, terms)
        or _warned(outcome)
        or _memory(outcome, terms)
    )


def _process(outcome: Outcome) -> Complaint | None:
    if outcome.violations:
        text, line = outcome.violations[0]
        return Complaint(
            "rule", text, "an answer that keeps the rules", f"line {line}" * bool(line)
        )
    if outcome.stopped:
        return Complaint("stopped", outcome.stopped, "a returned value")
    if outcome.error is not None and outcome.error["missing"]:
        name = outcome.error["missing"]
        return Complaint("missing", f"there is no `{name}` in your file", f"`{name}` to be there")
    return None


def _changed(outcome: Outcome, request: Request, names: list[str]) -> Complaint | None:
    expected = "inputs left as they were: work on a copy"
    for layout, after in zip(LAYOUTS, outcome.inputs_after):
        before = [*request.args, request.kwargs]
        for index, (old, new) in enumerate(zip(before, after)):
            if not same_bits(old, new):
                name = names[index] if index < len(names) else "an input"
                array = f" ({layout} array)" if isinstance(old, np.ndarray) else ""
                return Complaint("changed", f"`{name}`{array} was changed", expected)
    error = outcome.error
    others_went_well = len(outcome.outputs) == LAYOUTS.index("read-only")
    if others_went_well and error is not None and "read-only" in error["message"]:
        return Complaint("changed", "your code writes into its input", expected)
    return None


def _raised(outcome: Outcome, expected: Outcome) -> Complaint | None:
    if outcome.error is None:
        return None
    usual = describe(expected.outputs[0]) if expected.outputs else "a returned value"
    if outcome.error["type"] == "SystemExit":
        got = f"nothing: your code called sys.exit({outcome.error['message']})"
        return Complaint("raised", got, usual)
    return Complaint("raised", _error_text(outcome.error), usual)


def _error_text(error: Any) -> str:
    """Type and message; what NumPy calls remapped shapes is left out."""
    message = re.sub(r"remapped shapes \[original->remapped\]:", "shapes", error["message"])
    if message != error["message"]:
        message = re.sub(r"->\(\S*?\)", "", message)
    return f"{error['type']}: {message}" if message else error["type"]


def _refused(outcome: Outcome, expected: Outcome) -> Complaint | None:
    if not outcome.refused:
        return None
    text = outcome.refused.replace("the answer[0]", "the answer", 1)
    return Complaint("refused", text, describe(expected.outputs[0]))


def _values(outcome: Outcome, expected: Outcome, terms: Terms) -> Complaint | None:
    wanted = expected.outputs[0]
    for got in outcome.outputs:
        if terms.holds is not None:
            complaint = said(terms.holds, got)
            if complaint:
                return Complaint("property", describe(got), "the property to hold", note=complaint)
        elif terms.compare is not None:
            complaint = said(terms.compare, got, wanted)
            if complaint:
                return Complaint("values", describe(got), describe(wanted), note=complaint)
        elif found := difference(got, wanted, terms.tolerance(wanted), dtype=terms.dtype):
            return _from_difference(found, got, wanted)
        if terms.numeric is not None:
            found = difference(_as_tuple(got), terms.numeric(), NUMERIC)
            if found:
                return Complaint("values", found.got, found.expected, found.where, found.note)
    return None


def said(question: Callable[..., str | None], *values: Any) -> str | None:
    """An author's question about an answer; an answer of a form it cannot read is no answer."""
    try:
        return question(*values)
    except Exception as problem:
        return f"this has not the form that was asked for ({type(problem).__name__}: {problem})"


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


def _from_difference(found: Difference, got: Any, wanted: Any) -> Complaint:
    kind = "dtype" if found.got.startswith("dtype ") else "values"
    if found.where or kind == "dtype" or found.got.startswith("shape "):
        return Complaint(kind, found.got, found.expected, found.where, found.note)
    return Complaint(kind, describe(got), describe(wanted), "", found.note)


def _warned(outcome: Outcome) -> Complaint | None:
    if not outcome.warnings:
        return None
    text, line = outcome.warnings[0]
    where = f"line {line}" * bool(line)
    return Complaint("warned", f"RuntimeWarning: {text}", "the same values with no warning", where)


def _memory(outcome: Outcome, terms: Terms) -> Complaint | None:
    if terms.at_most is None or 0 <= outcome.peak <= terms.at_most:
        return None
    if outcome.peak < 0:
        return Complaint("memory", "the measurement was switched off", "memory to be measured")
    return Complaint(
        "memory", f"a peak of {outcome.peak:,} bytes", f"at most {terms.at_most:,} bytes"
    )


def same_bits(old: Any, new: Any) -> bool:
    """Whether two inputs are bit for bit the same; memory layout does not matter."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        same_form = old.shape == new.shape and old.dtype == new.dtype
        return same_form and old.tobytes() == new.tobytes()
    if new is None:
        return True  # generators and functions are not compared
    if type(old) is not type(new):
        return False
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(same_bits, old, new))
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(same_bits(old[key], new[key]) for key in old)
    return bool(old == new) or old != old
