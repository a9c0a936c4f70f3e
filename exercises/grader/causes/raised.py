"""An error, told by its own reason and by the shapes of the call, not by its type."""

import re
from collections.abc import Callable

from grader.causes.errors import PLAIN
from grader.causes.evidence import arguments
from grader.diagnose import Step

CALLED = r"\(\) (?:missing|got an unexpected|takes )|NoneType|has no attribute"  # told as before
SHAPE_BEFORE = r"(\(\S*?\))->"  # in what NumPy says of an einsum
Say = Callable[[re.Match[str], Step, str], str]


def of_error(step: Step, line: str) -> str:
    """A sentence for the error of a call, "" where it has none; ``line`` is the student's."""
    error = step.outcome.error
    if error is None:
        return ""
    text = f"{error['type']}: {error['message']}"
    if step.request.drive and not error["frames"] and not re.search(CALLED, text):
        return (
            "the check itself ends in this error, in what it does with what your functions gave "
            "it: look at the shapes and kinds of that"
        )
    if own := re.match(r"\s*(?:if .*:\s*)?(raise|assert)\b", line):
        return f"your own `{own[1]}` ends this call, to which the question wants an answer"
    for pattern, say in REASONS:
        if found := re.search(pattern, text, re.S):
            return say(found, step, line)
    for pattern, sentence in PLAIN:
        if found := re.search(pattern, text, re.S):
            return sentence.format("", *found.groups())
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
    told = [f"`{name}`" for name in names[:3]]
    return f" (as {' and '.join(filter(None, [', '.join(told[:-1]), told[-1]]))})" if told else ""


def _unpacked(found: re.Match[str], step: Step, line: str) -> str:
    if ".shape" not in line:
        return f"{found[1]} values are taken apart where {found[2]} came"
    return (
        f"your code expects an array of {found[1]} axes, and this one has {found[2]}: "
        "write for any number of leading axes (`...`, axis=-1)"
    )


def _own(name: str, step: Step) -> bool:
    """Whether a function in an error's text is the one that the question asks for."""
    return name.rpartition(".")[2] == step.request.name and not step.request.drive


def _too_few(found: re.Match[str], step: Step, line: str) -> str:
    if _own(found[1], step):
        return f"your function asks for more than the question gives: {found[2]}"
    return f"`{found[1]}` is called without {found[2]}"


def _too_many(found: re.Match[str], step: Step, line: str) -> str:
    if _own(found[1], step):
        return f"your function takes {found[2]} arguments, the question gives {found[3]}"
    return f"`{found[1]}` takes fewer arguments than it is given here: {found[2]}, not {found[3]}"


def _no_such_option(found: re.Match[str], step: Step, line: str) -> str:
    if _own(found[1], step):
        return f"your function has no argument `{found[2]}`; its name must be that of the question"
    return f"`{found[1]}` has no argument `{found[2]}`"


def _nothing_there(found: re.Match[str], step: Step, line: str) -> str:
    given, text = arguments(step), str((step.outcome.error or {}).get("message"))
    used = r"\s*\[" if "not subscriptable" in text else ""
    if attribute := re.search(r"has no attribute '(\w+)'", text):
        used = rf"\.{attribute[1]}\b"
    for name in step.names:
        if given.get(name) is None and re.search(rf"\b{re.escape(name)}\b{used}", line):
            return f"`{name}` is None in this call, and this line takes it for something else"
    return "something is None here: is a `return` missing in a function of yours?"


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
    (r"remapped shapes \[original->remapped\]: (?!.*requested)(.+)",
     lambda found, *_: f"in your einsum one letter stands for axes of different sizes: arrays of "
                       f"shapes {' and '.join(re.findall(SHAPE_BEFORE, found[1]))} meet"),
    (r"operand has (?:more|fewer) dimensions than subscripts|too many subscripts for operand|"
     r"does not contain the correct number of indices",
     lambda *_: "the letters of your einsum fit one number of axes only; write ... for the "
                "leading ones: '...nd,...md->...nm'"),
    (r"axes don't match array|invalid number of axes",
     lambda *_: "axes are exchanged by a fixed list, which fits one number of axes only; "
                "np.swapaxes(x, -1, -2) fits any"),
    (r"boolean index did not match.*?(\d+) but .*?(\d+)$",
     lambda found, *_: f"a mask used as an index has {found[2]} places where the array has "
                       f"{found[1]}; np.where(mask, …) lets a mask broadcast"),
    (r"index (-?\d+) is out of bounds for axis (-?\d+) with size (\d+)",
     lambda found, *_: f"index {found[1]} is asked of an axis of {found[3]}: the last is "
                       f"{int(found[3]) - 1}"),
    (r"indexing arrays could not be broadcast together with shapes (.+)",
     lambda found, *_: f"index arrays of shapes {found[1].strip()} do not fit each other; for any "
                       "number of leading axes pick with np.take_along_axis"),
    (r"could not be broadcast together with shapes? (.+)",
     lambda found, *_: f"arrays of shapes {found[1].strip()} meet in one operation; shapes fit "
                       "from the last axis backwards where sizes are equal or 1 "
                       "(keepdims=True keeps an axis of 1)"),
    (r"could not broadcast input array from shape (\(.*?\)) into shape (\(.*?\))",
     lambda found, *_: f"an array of shape {found[1]} is written into a place of {found[2]}"),
    (r"cannot reshape array of size (\d+) into shape (\(.*?\))",
     lambda found, *_: f"{found[1]} numbers are to be laid out as {found[2]}, which holds another "
                       "number of them"),
    (r"([\w.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)", _too_few),
    (r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'", _no_such_option),
    (r"([\w.]+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+)", _too_many),
    (r"module '(\w+)' has no attribute '(\w+)'",
     lambda found, *_: f"{found[1]} has no `{found[2]}`"),
    (r"'NoneType'", _nothing_there),
    (r"(?:'float'|'int'|'numpy\.\w+') object (?:is not subscriptable|does not support item|"
     r"is not iterable)|invalid index to scalar variable|iteration over a 0-d array|"
     r"len\(\) of unsized object",
     lambda *_: "a single number is taken for an array; sums without axis=, and an array indexed "
                "on all its axes, give one number"),
    (r"numpy\.(?:float|int)\w+' object has no attribute '(\w+)'",
     lambda found, *_: f"a single number is taken for an array, which alone has `{found[1]}`"),
    (r"(?:NameError: |UnboundLocalError: ).*'(\w+)'",
     lambda found, *_: f"`{found[1]}` is used before it has a value; is it misspelt, not imported, "
                       "or set in one branch only?"),
    (r"KeyError: (.*)", lambda found, *_: f"there is no key {found[1]}"),
    (r"truth value of an array",
     lambda *_: "an array stands where one truth is asked (`if`, `and`, `not`, `in`, a comparison "
                "of lists); use `is None`, `&`, `~`, .any() or .all()"),
    (r"ZeroDivisionError", lambda *_: "a division by zero: what if there is nothing to divide by?"),
    (r"RecursionError", lambda *_: "a function calls itself without end"),
    (r"only integer scalar arrays",
     lambda *_: "an array, or a float, stands where one whole number is asked: in range(…), or as "
                "the index of a list"),
    (r"list indices must be integers or slices, not tuple",
     lambda *_: "a list is indexed as if it were an array, [i, j]: write [i][j], or make an array "
                "of it"),
    (r"(list|tuple|string) indices must be integers or slices, not (?!.*float)(\w+)",
     lambda found, *_: f"a {found[1]} is indexed by a {found[2]}; its places are whole numbers"),
    (r"indices must be integers|arrays used as indices must be|only integers, slices",
     lambda *_: "an index is no whole number: / gives floats, // whole numbers, and an empty list "
                "makes an array of floats"),
    (r"Cannot cast ufunc|Cannot cast .* to dtype",
     lambda *_: "an operation in place would change the kind of the numbers (float into int, "
                "float64 into float32): write x = x + … instead of x += …"),
    (r"read-only",
     lambda *_: "an array is written to that may not be: np.broadcast_to, np.diagonal and the like "
                "give views for reading; take a .copy() first"),
    (r"inhomogeneous", lambda *_: "rows of different lengths do not make an array"),
    (r"setting an array element with a sequence",
     lambda *_: "several numbers are put into the place of one"),
    (r"[Pp]robabilities do not sum to 1",
     lambda *_: "probabilities go into a draw without being divided by their sum"),
    (r"[Pp]robabilities (?:contain NaN|are not non-negative)",
     lambda *_: "what goes into a draw are no probabilities: NaN or negative numbers"),
    (r"singular matrix", lambda *_: "an inverse is taken of a matrix that has none"),
    (r"'(tuple|list|dict|set|str)' object has no attribute '(\w+)'",
     lambda found, *_: f"a {found[1]} stands where something else is expected: it has no "
                       f"`{found[2]}`"),
]  # fmt: skip
