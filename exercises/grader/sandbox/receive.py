"""What came back from a worker, taken field by field: a student's code may have written it.

A field of another kind raises ValueError. Text is made visible: no control character of it reaches
the terminal.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.sandbox import execute, wire
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.fence import short

CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
LONGEST = 4000  # of any text


def read_outcome(answer: dict[str, Any], request: Request) -> Outcome:
    """The outcome of a request. Raises ValueError, KeyError or TypeError for anything else."""
    calls = len(execute.LAYOUTS) if request.layouts else request.times
    error = answer["error"]
    refused = text(answer["refused"])
    sent, left = of_kind(answer["outputs"], list), of_kind(answer["inputs_after"], list)
    whole = error is None and not refused
    for pieces, due, what in ((sent, calls, "outputs"), (left, calls * request.layouts, "inputs")):
        if len(pieces) > due or (whole and len(pieces) != due):  # counted before they are read
            raise ValueError(f"{what} of {len(pieces)} calls, not {due}")
    outputs = [wire.decode(of_kind(data, bytes)) for data in sent]
    after = [wire.decode(of_kind(data, bytes)) for data in left]
    for value in outputs:
        refused = refused or odd_numbers(value)
    return Outcome(
        outputs=[] if refused else outputs,
        inputs_after=after,
        warnings=noted(answer["warnings"]),
        error=None if error is None else read_error(error),
        peak=of_kind(answer["peak"], int),
        printed=text(answer["printed"]),
        violations=noted(answer["violations"]),
        refused=refused,
        used=[text(name) for name in of_kind(answer["used"], list)],
    )


def read_error(error: Any) -> dict[str, Any]:
    """An exception as `execute.describe_error` tells it."""
    of_kind(error, dict)
    frames = [
        (of_kind(line, int), text(name), text(path))
        for line, name, path in of_kind(error["frames"], list)
    ]
    return {
        **{field: one_line(error[field]) for field in ("type", "message", "missing")},
        "frames": frames,
    }


def noted(value: Any) -> list[tuple[str, int]]:
    """Sentences with their lines."""
    return [(one_line(said), of_kind(line, int)) for said, line in of_kind(value, list)]


def odd_numbers(value: Any, where: str = "the answer") -> str:
    """What is wrong with the kind of the numbers in an output, "" if nothing is."""
    if isinstance(value, np.ndarray | np.generic):
        dtype = value.dtype
        if dtype.kind == "c":
            return f"{where} holds complex numbers ({dtype}); real ones are asked, take .real"
        if dtype.kind == "f" and dtype.itemsize > 8:
            return f"{where} is {dtype}; float32 or float64 is asked"
        if not dtype.isnative:
            return f"{where} has its bytes in another order than this machine ({dtype.str})"
        return ""
    if isinstance(value, complex):
        return f"{where} is a complex number; a real one is asked"
    parts: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, list | tuple):
        parts = list(enumerate(value))
    elif isinstance(value, dict):
        parts = list(value.items())
    said = (odd_numbers(part, f"{where}[{str(key)[:40]!r}]") for key, part in parts)
    return next(filter(None, said), "")


def of_kind(value: Any, kind: type) -> Any:
    """The value, whose type is exactly this. Raises ValueError."""
    if type(value) is not kind:
        raise ValueError(f"a {type(value).__name__} where a {kind.__name__} belongs")
    return value


def text(value: Any) -> str:
    """Text as it may be shown, of bounded length: control characters by their escapes."""
    return visible(of_kind(value, str)[:LONGEST])


def one_line(value: Any) -> str:
    return text(value).replace("\n", "\\n").replace("\t", "\\t")


def visible(value: str) -> str:
    return CONTROL.sub(lambda found: ascii(found[0])[1:-1], value)


def start_complaint(hello: dict[str, Any], path: Path) -> tuple[str, int]:
    """Why a file could not be imported, with its line; nothing where it could."""
    violations = noted(hello["violations"])
    if violations:
        return violations[0]
    if hello["error"] is None:
        return "", 0
    error = read_error(hello["error"])
    line, _, place = error["frames"][-1] if error["frames"] else (0, "", str(path))
    missing = re.fullmatch(r"No module named '(\w+)'", error["message"])
    if missing and path.with_name(f"{missing[1]}.py").exists():
        text = f"imports {missing[1]}.py, which lies beside it; a file stands alone: copy it in"
    elif "relative import" in error["message"]:
        text = "imports from its own folder; a file stands alone: copy in what it needs"
    elif error["type"] == "SystemExit":
        text = f"calls sys.exit({error['message']}) when it is imported"
    elif error["message"] == "EOF when reading a line":
        text = "calls input() when it is imported, and nobody is there to type"
    else:
        text = f"cannot be imported: {error['type']}: {error['message']}"
    if place != str(path):
        return f"builds on {short(place)}, line {line}, which {text}", 0
    return f"the file {text}", line
