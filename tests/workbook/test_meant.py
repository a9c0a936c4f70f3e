"""Changes of what a wrong function may have meant: each does what it says."""

import numpy as np
import pytest
from grader.mutants.mended import repairs
from grader.mutants.switches import switched
from grader.sandbox.execute import load_module

X = np.array([[1.0, 2.0], [3.0, 5.0], [7.0, 11.0]])


def changed(code, kind, *args):
    """What a function gives with each change of a kind, in order."""
    source, slips = switched(f"import numpy as np\ndef f(x, y=None):\n    return {code}\n", repairs)
    module, found = load_module("switched", "switched.py", source), []
    for slip in slips:
        if slip.kind == kind:
            answers, _ = module._tries_("f", args, {}, False, [[(slip.place, slip.form)]])
            found += answers
    return found


@pytest.mark.parametrize(
    ("code", "kind", "args", "values"),
    [
        ("x or 7", "None alone", (0,), [0]),
        ("not x", "None alone", (0,), [False]),
        ("1 if x else 2", "None alone", (0,), [1]),
        ("[i for i in x if i]", "None alone", ([0, 1],), [[0, 1]]),
        ("x[1:]", "slice dropped", ([3, 4],), [[3, 4]]),
        ("x[1:2]", "slice opened", ([3, 4, 5],), [[4, 5], [3, 4]]),
        ("len(x)", "another size", (X,), [2, 3]),
        ("x.size", "another size", (X,), [2, 3]),
        ("x[2 - 1]", "counted from the end", ([3, 4, 5, 6],), [5]),
        ("x['a'] + y['b']", "another key", ({"a": 1, "b": 2}, {"a": 4, "b": 8}), [10, 5]),
        ("x.sum(keepdims=True)", "an axis", (X,), [X.sum(-1, keepdims=True), [[11, 18]]]),
        ("x / 2", "its own sum", (X,), [X / X.sum(-1, keepdims=True), X / X.sum()]),
        ("sorted(x, key=len)[::-1]", "sorted", (["a", "b", "cc"],), [["cc", "a", "b"]]),
        ("x - 9", "have `np.abs` around it", (X,), [np.abs(X - 9)]),
        ("(x * 2).sum()", "a bracket", (X,), [X.sum() * 2]),
    ],
)
def test_a_change_does_what_it_says(code, kind, args, values):
    found = changed(code, kind, *args)
    assert len(found) >= len(values)
    for wanted in values:
        assert any(np.array_equal(one, wanted) for one in found if one is not None), found


def test_places_that_come_up_twice_are_added_up():
    code = "def f(x, i):\n    t = np.zeros(3)\n    t[i] += x\n    t[1:] += 0\n    return t\n"
    source, slips = switched("import numpy as np\n" + code, repairs)
    (slip,) = (one for one in slips if one.kind == "np.add.at")
    module = load_module("switched", "switched.py", source)
    module._choose_([(slip.place, slip.form)], False)
    np.testing.assert_array_equal(module.f(np.ones(3), np.array([0, 0, 2])), [2, 0, 1])
