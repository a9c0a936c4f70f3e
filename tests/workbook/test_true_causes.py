"""No cause that is not so: what was seen is not enough, or came from elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest
from grader.causes.conditions import of_conditions
from grader.causes.evidence import Evidence
from grader.causes.raised import of_error
from grader.diagnose import Doctor, Step
from grader.judge import Complaint, Terms
from grader.sandbox.execute import Outcome, Request

from tests.workbook.test_causes import causes_of

OUT = Outcome([0.0], [], [], None, 0), Outcome([0.0], [], [], None, 0)
BAD = Complaint("values", "1", "0")


@pytest.mark.parametrize(
    ("message", "line", "said"),
    [
        ("softmax() takes 1 positional argument but 3 were given", "", "your function takes 1"),
        ("_rows() takes 1 positional argument but 2 were given", "", "`_rows` takes fewer"),
        (
            "_rows() missing 1 required positional argument: 'b'",
            "",
            "`_rows` is called without 'b'",
        ),
        ("sum() got an unexpected keyword argument 'keep'", "", "`sum` has no argument `keep`"),
        (
            "list indices must be integers or slices, not tuple",
            "",
            "as if it were an array",
        ),
        ("list indices must be integers or slices, not str", "", "a list is indexed by a str"),
        ("assignment destination is read-only", "", "np.broadcast_to, np.diagonal"),
        ("'NoneType' object is not subscriptable", "m = axis[0]", "`axis` is None in this call"),
        ("'NoneType' object is not subscriptable", "m = f(x)[0]", "is a `return` missing"),
    ],
)
def test_an_error_is_told_of_the_function_it_came_from(message, line, said):
    error = {"type": "TypeError", "message": message, "frames": []}
    step = SimpleNamespace(
        names=["x", "axis"],
        request=Request("softmax", [np.zeros(3)], {}),
        outcome=SimpleNamespace(error=error, outputs=[]),
    )
    assert said in of_error(step, line)


def test_a_slip_of_one_function_is_not_told_of_another_that_shares_a_helper(tmp_path):
    shared = "np.sum({}, axis=axis, keepdims=True)"
    source = f"""
import numpy as np
def total(a, axis):
    return {shared.format("a")}
def softmax(x, axis=-1):
    e = np.exp(x - np.min(x, axis=axis, keepdims=True))
    return e / total(e, axis)
def softmax_backward(dy, y, axis=-1):
    return y * (dy - total(dy, axis))
"""
    found = causes_of("ex01", source, tmp_path)
    own = [cause for causes in found for cause in causes if "your softmax " in cause]
    assert not any("sums dy alone" in cause for cause in own), own


def test_an_input_left_with_other_numbers_is_another_mistake(tmp_path):
    source = """
import numpy as np
def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    e /= e.sum(axis=axis, keepdims=True)
    x[...] = 0
    return e
def softmax_backward(dy, y, axis=-1):
    return y * (dy - (dy * y).sum(axis=axis, keepdims=True))
"""
    found = {cause for causes in causes_of("ex01", source, tmp_path) for cause in causes}
    assert not any("you subtract the maximum in place" in cause for cause in found), found
    assert any(cause.startswith("an input is written to") for cause in found), found


def calls(*numbers_and_complaints):
    return [
        Step(b"", Request("f", [np.array([[one, 9.0]])], {}), Terms(), ["x"], *OUT, bad)
        for one, bad in numbers_and_complaints
    ]


def test_few_calls_are_no_sign_of_an_odd_condition():
    few = calls(*[(0.0, BAD)] * 5, *[(1.0, None)] * 2)
    assert of_conditions(Evidence(None, few[0], few, few, None)) == ""
    one = calls((0.0, BAD), *[(1.0, None)] * 99)
    assert of_conditions(Evidence(None, one[0], one, one, None)) == ""
    many = calls(*[(0.0, BAD)] * 5, *[(1.0, None)] * 5)
    said = of_conditions(Evidence(None, many[0], many, many, None))
    wrong = "your f is wrong in 5 of its 10 calls, those where `x` holds a 0"
    assert said == f"{wrong}, and right in the others"


@pytest.mark.slow
def test_an_attempt_undone_is_not_told_as_an_omission(tmp_path):
    source = """
import numpy as np
def cross_entropy(logits, targets):
    z = logits - logits.max(-1, keepdims=True)
    z = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return -np.take_along_axis(z, targets[..., None], -1).mean()
def cross_entropy_backward(logits, targets):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    flat = p.reshape(-1, p.shape[-1])
    flat[0, targets.ravel()] -= 1
    return p / targets.size if targets.ndim else p
"""
    found = {cause for causes in causes_of("ex11", source, tmp_path) for cause in causes}
    assert not any("leaves the one-hot out" in cause for cause in found), found


def test_a_size_beyond_a_border_in_few_calls_is_no_cause():
    few = calls(*[(float(n), BAD) for n in (20, 21, 22)], *[(float(n), None) for n in (1, 2, 3, 4)])
    assert of_conditions(Evidence(None, few[0], few, few, None)) == ""


def test_of_two_mistakes_one_that_explains_less_is_not_told(monkeypatch):
    steps = [SimpleNamespace(terms=Terms(), complaint=BAD, number=i) for i in range(3)]
    told = {"sum": steps, "alpha": steps[:1], "aside": []}
    doctor = Doctor(None)
    monkeypatch.setattr(doctor, "_same_symptom", lambda step, name: step in told[name])
    assert doctor.furthest(["sum", "alpha"], steps) == ["sum"]
    told["alpha"] = steps
    assert doctor.furthest(["sum", "alpha", "aside"], steps) == ["sum", "alpha"]
