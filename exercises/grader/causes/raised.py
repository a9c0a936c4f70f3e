"""An error, told by its own reason and by the shapes of the call, not by its type."""

import re
from collections.abc import Callable

from grader.causes.evidence import arguments
from grader.diagnose import Step

Say = Callable[[re.Match[str], Step, str], str]


def of_error(step: Step, line: str) -> str:
    """A sentence for the error of a call, "" where it has none; ``line`` is the student's."""
    error = step.outcome.error
    if error is None or step.expected.error is not None:
        return ""
    for pattern, say in REASONS:
        found = re.search(pattern, f"{error['type']}: {error['message']}", re.S)
        if found:
            return say(found, step, line)
    return ""


def _product(found: re.Match[str], step: Step, line: str) -> str:
    left, right = found["left"], found["right"]
    return (
        f"two arrays do not fit in a matrix product: the last axis of the left one has {left}"
        f"{_whose(step, left)}, the one it meets on the right {right}{_whose(step, right)}; "
        "is one to be transposed, or another array meant?"
    )


def _whose(step: Step, size: str) -> str:
    """Which arguments have an axis of this size, in brackets."""
    names = [
        name for name, value in arguments(step).items() if int(size) in getattr(value, "shape", ())
    ]
    return f" (as {' and '.join(f'`{name}`' for name in names[:3])})" if names else ""


def _unpacked(found: re.Match[str], step: Step, line: str) -> str:
    if ".shape" not in line:
        return f"{found[1]} values are taken apart where {found[2]} came"
    return (
        f"your code expects an array of {found[1]} axes, and this one has {found[2]}: "
        "write for any number of leading axes (`...`, axis=-1)"
    )


REASONS: list[tuple[str, Say]] = [
    (r"mismatch in its core dimension.*?size (?P<right>\d+) is different from (?P<left>\d+)",
     _product),
    (r"shapes \(.*?\) and \(.*?\) not aligned: (?P<left>\d+) \(dim \d+\) != (?P<right>\d+)",
     _product),
    (r"not enough values to unpack \(expected (\d+), got (\d+)\)", _unpacked),
    (r"too many values to unpack \(expected (\d+)(?:, got (\d+))?\)",
     lambda found, step, line: (
         f"your code expects an array of {found[1]} axes, and this one has more: write for any "
         "number of leading axes (`...`, axis=-1)" if ".shape" in line
         else f"more than {found[1]} values came where {found[1]} are taken apart")),
    (r"too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
     lambda found, *_: (
         "a single number is indexed as if it were an array: x[...] fits any number of axes"
         if found[1] == "0" else f"{found[2]} indices are used on an array of {found[1]} "
         f"{'axis' if found[1] == '1' else 'axes'}: write for any number of leading axes "
         "(`...`, axis=-1)")),
    (r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
     lambda found, *_: (
         f"axis {found[1]} is asked of an array of {found[2]} "
         f"{'axis' if found[2] == '1' else 'axes'}: count axes from the end (axis=-1), then any "
         "number of leading ones fits")),
    (r"einstein sum|operand has (?:more|fewer) dimensions than subscripts|"
     r"does not contain the correct number of indices",
     lambda *_: "the letters of your einsum fit one number of axes only; write ... for the "
                "leading ones: '...nd,...md->...nm'"),
    (r"axes don't match array|invalid number of axes",
     lambda *_: "axes are exchanged by a fixed list, which fits one number of axes only; "
                "np.swapaxes(x, -1, -2) fits any"),
    (r"boolean index did not match",
     lambda *_: "a mask used as an index must have the full shape of the array; "
                "np.where(mask, scores, …) lets it broadcast"),
    (r"index (-?\d+) is out of bounds for axis (-?\d+) with size (\d+)",
     lambda found, *_: f"index {found[1]} is asked of an axis of {found[3]}: the last is "
                       f"{int(found[3]) - 1}"),
    (r"could not be broadcast together with (?:remapped )?shapes (.+)",
     lambda found, *_: f"arrays of shapes {found[1].strip()} meet in one operation; shapes fit "
                       "from the last axis backwards where sizes are equal or 1 "
                       "(keepdims=True keeps an axis of 1)"),
    (r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
     lambda found, *_: f"an array of shape {found[1]} is written into a place of {found[2]}"),
    (r"cannot reshape array of size (\d+) into shape (\(.*?\))",
     lambda found, *_: f"{found[1]} numbers are to be laid out as {found[2]}, which holds another "
                       "number of them; are leading axes forgotten?"),
    (r"(?:missing \d+ required positional argument.*?: (.*))",
     lambda found, *_: f"your function asks for more than the question gives: {found[1]}"),
    (r"got an unexpected keyword argument '(\w+)'",
     lambda found, *_: f"your function has no argument `{found[1]}`; its name must be that of the "
                       "question"),
    (r"takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)",
     lambda found, *_: f"your function takes {found[1]} arguments, the question gives {found[2]}"),
    (r"module '(\w+)' has no attribute '(\w+)'",
     lambda found, *_: f"{found[1]} has no `{found[2]}`"),
    (r"'NoneType' object",
     lambda *_: "something is None here: is a `return` missing in a function of yours?"),
    (r"(?:'float'|'int'|'numpy\.\w+') object (?:is not subscriptable|does not support item|"
     r"is not iterable)|invalid index to scalar variable|iteration over a 0-d array|"
     r"len\(\) of unsized object",
     lambda *_: "a single number is taken for an array: the question allows arrays of no axis, "
                "and sums without axis= give one number"),
    (r"numpy\.(?:float|int)\w+' object has no attribute '(\w+)'",
     lambda found, *_: f"a single number is taken for an array, which alone has `{found[1]}`"),
    (r"(?:NameError: |UnboundLocalError: ).*'(\w+)'",
     lambda found, *_: f"`{found[1]}` is used before it has a value; is it misspelt, or set in one "
                       "branch only?"),
    (r"KeyError: (.*)", lambda found, *_: f"there is no key {found[1]}"),
    (r"truth value of an array",
     lambda *_: "an array stands where one truth is asked (`if`, `and`, `not`); "
                "use `is None`, `&`, `~`, .any() or .all()"),
    (r"ZeroDivisionError", lambda *_: "a division by zero: what if there is nothing to divide by?"),
    (r"RecursionError", lambda *_: "a function calls itself without end"),
    (r"only integer scalar arrays|indices must be integers|arrays used as indices must be",
     lambda *_: "an index is no whole number: / gives floats, // whole numbers"),
    (r"Cannot cast ufunc|Cannot cast .* to dtype",
     lambda *_: "an operation in place would change the kind of the numbers (float into int, "
                "float64 into float32): write x = x + … instead of x += …"),
    (r"read-only", lambda *_: "your code writes into its input; work on a copy"),
    (r"setting an array element with a sequence|inhomogeneous",
     lambda *_: "rows of different lengths do not make an array"),
    (r"[Pp]robabilities do not sum to 1",
     lambda *_: "probabilities go into a draw without being divided by their sum"),
    (r"[Pp]robabilities (?:contain NaN|are not non-negative)",
     lambda *_: "what goes into a draw are no probabilities: NaN or negative numbers"),
    (r"singular matrix", lambda *_: "an inverse is taken of a matrix that has none"),
    (r"'(tuple|list|dict|set|str)' object has no attribute '(\w+)'",
     lambda found, *_: f"a {found[1]} stands where an array is expected: it has no `{found[2]}`"),
]  # fmt: skip
