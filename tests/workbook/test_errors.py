"""Errors are told by their own reason, in both languages, and by no other."""

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from grader.causes.errors import PLAIN
from grader.causes.raised import of_error
from grader.judge import judge
from grader.language import message
from grader.sandbox.execute import Request
from grader.sandbox.receive import start_complaint

NOTHING: Any = None
ROWS, WIDE, SQUARE = np.ones((2, 5, 6)), np.ones((7, 3)), np.ones((4, 4))


def error_of(call):
    """The error that a call raises, as a worker tells it."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        call()
    return {"type": caught.type.__name__, "message": str(caught.value), "frames": [], "missing": ""}


def told(call, line=""):
    """What is said of the error that a call raises."""
    step = SimpleNamespace(
        names=["mask"],
        request=Request("attention", [None], {}),
        outcome=SimpleNamespace(error=error_of(call), outputs=[]),
    )
    said = of_error(step, line)
    assert message(said), said  # in Chinese
    return said


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: np.einsum("...nd,de->...ne", ROWS, WIDE), "shapes (2,5,6) and (7,3) meet"),
        (lambda: np.einsum("...d->d", ROWS), "np.einsum does not sum over `...`"),
        (lambda: ROWS @ np.ones((3, 6, 2)), "their leading axes differ, (2,5,6) and (3,6,2)"),
        (lambda: np.einsum("ij,jk->il", SQUARE, SQUARE), "the letter l, which none"),
        (lambda: np.einsum(SQUARE, "ij"), "its letters first"),
        (lambda: np.einsum("nd,dm->nm", SQUARE), "groups of letters"),
        (lambda: np.einsum("nd,dm->nmm", SQUARE, SQUARE), "the letter m stands twice"),
        (lambda: np.einsum("ii->i", WIDE), "two axes of one array have the letter i"),
        (lambda: np.einsum("ij->j", ROWS), "write ... for the leading ones"),
        (lambda: np.concatenate([ROWS, WIDE]), "different numbers of axes are joined"),
        (lambda: np.concatenate([SQUARE, WIDE]), "differ in another axis"),
        (lambda: np.stack([ROWS, WIDE]), "different shapes are stacked"),
        (lambda: np.take_along_axis(ROWS, np.ones(2, int), -1), "as many axes as the array"),
        (lambda: np.max(np.zeros(0)), "the maximum is asked of an empty array"),
        (lambda: max([]), "`max` is asked of nothing"),
        (lambda: [1][3], "a list is asked for a place that it has not"),
        (lambda: [1] - [2], "`-` has no meaning between a list and a list"),
        (lambda: SQUARE(3), "a numpy.ndarray is called as if it were a function"),
        (lambda: sorted([1, "a"]), "are compared by size"),
        (lambda: range(2.0), "// whole numbers"),
        (lambda: {[1]: 2}, "a list cannot be a key"),
        (lambda: SQUARE.append(2), "an array has no `append`"),
        (lambda: (3).indices, "something of type int stands there, which has no `indices`"),
        (lambda: [].index(3), "searched for something that is not in it"),
        (lambda: float(np.ones(3)), "made into one: float(…)"),
        (lambda: bytes([300]), "beyond 255"),
        (lambda: b"\xff".decode(), "no whole text"),
        (lambda: int(float("nan")), "NaN is made into a whole number"),
        (lambda: "a" + 1, "are joined"),
        (lambda: np.arange(3)[np.ones(4, bool)], "has 4 places where the array has 3"),
    ],
)
def test_an_error_has_a_reason_of_its_own(call, said):
    assert said in told(call)


def test_nobody_answers_a_call_of_input(tmp_path):
    def unanswered():
        raise EOFError("EOF when reading a line")

    assert told(unanswered).startswith("`input` asks, and nobody is there to type")
    hello = {"violations": [], "error": error_of(unanswered)}
    assert start_complaint(hello, tmp_path)[0].startswith("the file calls input() when it is")


def test_an_own_refusal_is_told_as_one():
    said = told(lambda: {}["a"], "    if x.ndim != 2: raise KeyError('a')")
    assert said.startswith("your own `raise` ends this call")


def test_none_is_told_of_an_argument_only_where_the_line_uses_it_so():
    assert told(lambda: NOTHING[0], "return rows(q, mask)[0]").startswith("something is None here")
    assert told(lambda: NOTHING[0], "mask[0]").startswith("`mask` is None in this call")
    assert told(lambda: NOTHING.shape, "mask.shape").startswith("`mask` is None in this call")


def test_what_numpy_calls_remapped_is_not_shown():
    with pytest.raises(ValueError, match="remapped") as caught:
        np.einsum("...nd,de->...ne", ROWS, WIDE)
    error = {"type": "ValueError", "message": str(caught.value), "missing": None}
    outcome = SimpleNamespace(
        error=error, violations=[], stopped="", inputs_after=[], outputs=[], refused=""
    )
    right = SimpleNamespace(error=None, outputs=[0.0], refused="")
    said = judge(outcome, right, SimpleNamespace(), Request("f", [], {}), [])
    assert said.got == (
        "ValueError: operands could not be broadcast together with shapes (2,5,6) (7,3) "
    )


def test_every_sentence_fills_its_holes():
    for pattern, sentence in PLAIN:
        holes = {int(n) for n in re.findall(r"{(\d)}", sentence)}
        assert not holes or max(holes) <= re.compile(pattern).groups, sentence
