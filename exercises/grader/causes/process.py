"""What an answer does besides its values: writes into an input, warns, raises no error."""

import numpy as np

from grader.causes.evidence import Evidence, arguments
from grader.diagnose import Step
from grader.grading import Run

WARNINGS = {
    "divide by zero": "a division or a logarithm meets 0",
    "overflow": "a number grows beyond what its dtype holds, as exp does from 710 on, from 89 in "
    "float32",
    "invalid value": "0/0, inf − inf, inf · 0 or the root of a negative number is taken",
    "Mean of empty slice": "a mean is taken of nothing",
    "Degrees of freedom": "a variance is taken of too few numbers",
}
SQUARE = 3.5  # times the memory for twice the length: n × n takes four
ANYWAY = ": np.where computes both sides before it chooses, so choose the inputs, not the results"


def of_process(found: Evidence, line: str = "") -> str:
    """A sentence where the fault is in the conduct of a call, "" where it is in what came back.

    ``line`` is the one that warned.
    """
    step = found.failed
    assert step.complaint is not None
    if step.complaint.kind == "changed":
        if any(f"`{name}`" in step.complaint.got and not isinstance(value, np.ndarray)
               for name, value in arguments(step).items()):  # fmt: skip
            return (
                "an input is written to: a copy of a list or a dict shares what lies in it, so "
                "make each of its entries anew"
            )
        return (
            "an input is written to: x += …, x[…] = … and x.sort() change the array itself, and a "
            "slice or a reshape of it is the same memory; start from x.copy()"
        )
    if step.complaint.kind == "memory":
        return _memory(found)
    if step.complaint.kind == "warned":
        text = step.outcome.warnings[0][0]
        why = next((why for start, why in WARNINGS.items() if start in text), "")
        anyway = ANYWAY if "where(" in line else ""
        return f"the values are right, but on the way {why}{anyway}" if why else ""
    return ""


def _memory(found: Evidence) -> str:
    """How the peak grew from the smaller call that was measured to the failed one."""
    peaks = [step.outcome.peak for step in found.every if step.request.memory]
    growth = peaks[-1] / peaks[0] if len(peaks) > 1 and peaks[0] > 0 else 0.0
    if growth < SQUARE:
        return ""
    return (
        f"twice the length takes {growth:.1f} times the memory, as an array of n × n numbers does: "
        "are all scores, or all tiles, held at once?"
    )


def line_at(run: Run, step: Step) -> str:
    """The student's line that an error, or a warning, came from."""
    error, warned = step.outcome.error, step.outcome.warnings
    if error is None and warned:
        number, path = int(warned[0][1] or 0), ""
    elif error is not None and error["frames"]:
        number, _, path = error["frames"][-1]
    else:
        return ""
    _, text = run.candidate.sources.get(path, ("", run.candidate.source))
    lines = text.splitlines()
    return lines[number - 1] if 0 < number <= len(lines) else ""
