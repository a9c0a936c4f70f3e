"""Measures how strong the checks are: wrong answers rejected and named, and room in the tolerances.

A tolerance must lie between two measured errors: that of right answers in other styles, at every
check, and that of each known mistake, where it shows most. Both are in units of the tolerance.
"""

import math
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.compare import error_ratio
from grader.diagnose import Step
from grader.grading import PASSED, Run

RIGHT_AT_MOST = 1 / 4
WRONG_AT_LEAST = 2.0


class Strength(NamedTuple):
    """An exercise's line in the published table; the errors are in tolerances."""

    name: str
    checks: int
    mistakes: int
    rejected: int
    named: int
    styles: int
    passing: int
    right_error: float
    wrong_error: float


def noise(right: Iterable[Run], check: str) -> float:
    """The largest error of right answers at a check, in tolerances."""
    return max((error for run in right for error in _errors(run, check)), default=0.0)


def clearest(wrong: Run) -> float:
    """The largest error of a wrong answer, in tolerances; infinite if it is wrong in kind."""
    failed = [result for result in wrong.results if result.status != PASSED]
    errors = [error for result in failed for error in _errors(wrong, result.check)]
    other = any(step.complaint and not _compares_numbers(step) for step in wrong.steps)
    return math.inf if other else max(errors, default=0.0)


def _errors(run: Run, check: str) -> Iterator[float]:
    for step in run.steps_of(check):
        if _compares_numbers(step):
            wanted = step.expected.outputs[0]
            tolerance = step.terms.tolerance(wanted)
            yield max(error_ratio(got, wanted, tolerance) for got in step.outcome.outputs)


def _compares_numbers(step: Step) -> bool:
    by_values = step.complaint is None or step.complaint.kind == "values"
    own_terms = step.terms.compare is None and step.terms.holds is None
    complete = bool(step.outcome.outputs) and bool(step.expected.outputs)
    return by_values and own_terms and complete and step.outcome.error is None


INTRODUCTION = f"""\
# How strong the grader is

Made by `python -m grader.audit --write`, run in `exercises/`. Each exercise has a corpus of typical
wrong answers, `solutions/exNN_name/mistakes.py`, and right answers in other styles, `styles.py`;
each of them is handed in like a student's file.

- **rejected**: wrong answers that do not pass.
- **named, and no other**: the report names the misconception, and over the whole run no other one.
- **right styles pass**: loops, einsum, in place, Fortran order, float32 and others.
- **largest right error**, in tolerances: how far right answers are from the reference, at the check
  where that is most. At most {RIGHT_AT_MOST:g} is allowed.
- **smallest wrong error**, in tolerances: each wrong answer is taken at the check where it errs
  most; this is the one that errs least. At least {WRONG_AT_LEAST:g} is asked. "In kind" means that
  every wrong answer gives at some point another shape, type or error, or breaks a property.

"""


def with_strengths(text: str, strengths: list[Strength]) -> str:
    """The page with its rows of these exercises replaced or added; other rows stay."""
    old, heading, mutants = text.partition("\n## Mutants\n")
    rows = {row.split()[1]: row for row in old.splitlines() if re.match(r"\| ex\d", row)}
    rows |= {strength.name: _row(strength) for strength in strengths}
    lines = [
        "| exercise | checks | wrong answers | rejected | named, and no other | right styles pass "
        "| largest right error | smallest wrong error |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        *(rows[name] for name in sorted(rows)),
    ]
    cells = [[cell.strip() for cell in row.split("|")[2:-1]] for row in rows.values()]
    *counts, styles, right, wrong = zip(*cells)
    sums = [str(sum(map(int, column))) for column in counts]
    passing = (sum(int(share.split(" of ")[place]) for share in styles) for place in (0, 1))
    least = min(wrong, key=lambda error: math.inf if error == "in kind" else float(error))
    total = *sums, "{} of {}".format(*passing), max(right, key=float), least
    lines.append(f"| **all** | {' | '.join(total)} |")
    return INTRODUCTION + "\n".join(lines) + "\n" + heading + mutants


def with_total(readme: str, page: str) -> str:
    """The project's README with the number of wrong answers that the table counts."""
    total = page.partition("| **all** |")[2].split("|")
    named, wrong = total[3].strip(), total[1].strip()
    return re.sub(r"\d+ of \d+(?= \| `python -m grader.audit`)", f"{named} of {wrong}", readme)


def _row(s: Strength) -> str:
    return (
        f"| {s.name} | {s.checks} | {s.mistakes} | {s.rejected} | {s.named} "
        f"| {s.passing} of {s.styles} | {s.right_error:.2g} | {in_words(s.wrong_error)} |"
    )


def in_words(value: float) -> str:
    """An error in tolerances, for people."""
    return "in kind" if math.isinf(value) else f"{value:.2g}"


def passes(run: Run) -> bool:
    """Whether every check of a run passed."""
    return run.score().status == PASSED
