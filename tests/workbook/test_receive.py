"""What a worker sends is taken field by field, and its text made visible."""

import re

import numpy as np
import pytest
from grader.sandbox import wire
from grader.sandbox.execute import Request
from grader.sandbox.receive import read_outcome
from grader.sandbox.wire import encode

REQUEST = Request("softmax", [], {}, times=2)
ERROR = {"type": "E", "message": "m", "frames": [(7, "f", "p")], "missing": ""}
HONEST = {
    "outputs": [encode(1.0), encode(1.0)],
    "inputs_after": [], "warnings": [("divide", 3)], "error": None, "peak": 0,
    "printed": "hello", "violations": [], "refused": "", "stopped": "", "used": ["softmax"],
}  # fmt: skip


def test_an_honest_answer_comes_through():
    outcome = read_outcome(HONEST, REQUEST)
    assert outcome.outputs == [1.0, 1.0]
    assert outcome.warnings == [("divide", 3)]
    assert read_outcome({**HONEST, "outputs": [], "error": ERROR}, REQUEST).error == ERROR


@pytest.mark.parametrize(
    ("field", "forged"),
    [
        *(("outputs", value) for value in ([], [encode(1.0)], [encode(1.0)] * 3, None, "ab", [7])),
        ("outputs", [b"x", b"y"]),
        *(("error", value) for value in (7, {}, {**ERROR, "frames": [7]}, {**ERROR, "type": 1})),
        *(("violations", value) for value in ("ab", [1], [("rule", "line")], [("rule", True)])),
        *(("warnings", value) for value in (None, [[]], [(1, 2)])),
        *((field, 3.5) for field in ("peak", "printed", "refused", "used", "inputs_after")),
        ("used", [1]),
    ],
)
def test_forged_fields_are_no_answer(field, forged):
    with pytest.raises((ValueError, TypeError, KeyError)):
        read_outcome({**HONEST, field: forged}, REQUEST)


@pytest.mark.parametrize("field", ["outputs", "inputs_after"])
def test_outputs_are_counted_before_any_is_read(monkeypatch, field):
    read = []
    monkeypatch.setattr(wire, "decode", read.append)
    with pytest.raises(ValueError, match="of 120 calls"):
        read_outcome({**HONEST, field: [b""] * 120}, REQUEST)
    assert read == []


@pytest.mark.parametrize("field", sorted(HONEST.keys() - {"stopped"}))
def test_a_missing_field_is_no_answer(field):
    with pytest.raises(KeyError):
        read_outcome({name: v for name, v in HONEST.items() if name != field}, REQUEST)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (np.ones(3, complex), "complex numbers"),
        (1j, "a complex number"),
        (np.ones(3, np.longdouble), "float32 or float64"),
        ([1.0, {"w": np.ones(3, ">f8")}], r"the answer\['1'\]\['w'\] has its bytes"),
    ],
)
def test_numbers_of_another_kind_are_refused_by_name(value, said):
    outcome = read_outcome({**HONEST, "outputs": [encode(value)] * 2}, REQUEST)
    assert outcome.outputs == []
    assert outcome.refused
    assert re.search(said, outcome.refused)


def test_control_characters_are_shown_and_lines_of_errors_joined():
    error = {**ERROR, "message": "\x1b[8m\n==== 15 passed ====\u202e\x07\ud800"}
    outcome = read_outcome(
        {**HONEST, "outputs": [], "error": error, "printed": "\x1b[2Ja\n"}, REQUEST
    )
    assert outcome.error["message"] == r"\x1b[8m\n==== 15 passed ====\u202e\x07\ud800"
    assert outcome.printed == "\\x1b[2Ja\n"
