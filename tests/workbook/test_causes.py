"""Causes that reason: each family on a case of its own, and silence where nothing is sure."""

import re

import pytest
from grader import grading
from grader.causes import explain
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, grade
from grader.language import message
from grader.report import failure_text
from grader.sandbox.runner import Sandboxed

SOFTMAX = """
import numpy as np
def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return {forward}
def softmax_backward(dy, y, axis=-1):
    dx = y * (dy - (dy * y).sum(axis=axis, keepdims=True))
    return {backward}
"""
RIGHT = "e / e.sum(axis=axis, keepdims=True)"
ATTENTION = """
import numpy as np
def attention(q, k, v, mask=None):
    s = q @ np.swapaxes(k, -1, -2) {scale}
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    top = s.max(-1, keepdims=True)
    w = np.exp(s - np.where(np.isfinite(top), top, 0))
    total = w.sum(-1, keepdims=True)
    w = np.where(total > 0, w / np.where(total > 0, total, 1), 0)
    return {returned}
"""
ROOT = "/ np.sqrt(q.shape[-1])"
MLP = """
import numpy as np
def mlp(x, w0, b0, w1, b1):
    return np.maximum(x @ w0 + b0, 0) @ w1 + b1
def mlp_backward(dy, x, w0, b0, w1, b1):
    flat = lambda a: a.reshape(-1, a.shape[-1])
    pre = x @ w0 + b0
    dh = (dy @ w1.T) * (pre > 0)
    dw1, db1 = flat(np.maximum(pre, 0)).T @ flat(dy), flat(dy).sum(0)
    dw0, db0, dx = flat(x).T @ flat(dh), flat(dh).sum(0), dh @ w0.T
    return {returned}
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What is told here needs no long search; those that do are in test_repair.py."""
    monkeypatch.setattr(grading, "PATIENCE", 3.0)


def causes_of(number, source, folder):
    exercise = find_exercise(number, find_exercises())
    path = folder / exercise.file
    path.write_text(source, encoding="utf-8")
    candidate = Sandboxed(exercise, path)
    try:
        run = grade(exercise, candidate)
    finally:
        candidate.close()
    failed = [result for result in run.results if result.status == FAILED]
    assert all(failure_text(run, result) for result in failed)
    found = [explain(run, result) for result in failed]
    assert [one for causes in found for one in causes if message(one) is None] == []  # in Chinese
    return found


@pytest.mark.parametrize(
    ("forward", "backward", "said"),
    [
        ("None", "dx", "is a `return` missing at the end of softmax?"),
        ("print(e)", "dx", "something was printed"),
        (f"({RIGHT}, e)", "dx", "you return 2 values where one is asked; the first of"),
        (f"({RIGHT}).swapaxes(0, -1) if x.ndim == 2 else {RIGHT}", "dx", "is transposed"),
        (f"np.float32({RIGHT})", "dx", "right values, but is float32; float64 is asked"),
        ("x", "dx", "your softmax is your input `x` itself"),
        (RIGHT, "0 * dx", "your softmax_backward is all zeros"),
        (RIGHT, "2 * dx", "your softmax_backward is twice what it should be"),
        (RIGHT, "-dx", "the sign turned round"),
        (RIGHT, "dx / y.shape[-1]", "y.shape[-1]"),
        (RIGHT, "dy", "your softmax_backward is your input `dy` itself"),
        (RIGHT, "dx @ np.ones((2, 3))", "two arrays do not fit in a matrix product"),
        pytest.param(
            RIGHT, "dx[:, :, :, 0]", "indices are used on an array of", marks=pytest.mark.slow
        ),
        (RIGHT, "dz", "`dz` is used before it has a value"),
        (RIGHT, "np.softmax(dy)", "numpy has no `softmax`"),
    ],
)
def test_a_slip_of_softmax_is_told(tmp_path, forward, backward, said):
    found = causes_of("ex01", SOFTMAX.format(forward=forward, backward=backward), tmp_path)
    assert found[0], found
    assert any(said in cause for cause in found[0]), found[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scale", "returned", "said"),
    [
        (ROOT, "[w @ v, w]", "you return a list where a tuple is asked"),
        pytest.param(ROOT, "w @ v", "you return the output alone", marks=pytest.mark.slow),
        (ROOT, "(w, w @ v)", "you return the weights first"),
        pytest.param("/ 7", "(w @ v, w)", "scaled wrongly", marks=pytest.mark.slow),
    ],
)
def test_a_slip_of_attention_is_told(tmp_path, scale, returned, said):
    found = causes_of("ex02", ATTENTION.format(scale=scale, returned=returned), tmp_path)
    assert found[0], found
    assert re.search(said, " ".join(found[0])), found[0]


def test_outputs_that_are_exchanged_go_by_their_names(tmp_path):
    source = MLP.format(returned="dx, dw0, db1, dw1, db0")
    assert "your db0 and db1 are exchanged" in causes_of("ex08", source, tmp_path)[0][0]


def test_outputs_in_another_order_are_told_at_once(tmp_path):
    source = """
import numpy as np
def attention_backward(dout, q, k, v, weights):
    dw = dout @ v.swapaxes(-1, -2)
    ds = weights * (dw - (dw * weights).sum(-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return weights.swapaxes(-1, -2) @ dout, ds @ k, ds.swapaxes(-1, -2) @ q
"""
    found = {cause for causes in causes_of("ex03", source, tmp_path) for cause in causes}
    said = "your outputs stand in another order: dv, dq, dk came back where dq, dk, dv are asked"
    assert any(said == cause for cause in found), found


def test_what_is_right_already_is_said(tmp_path):
    source = MLP.format(returned="dx, dw0, 2 * db0, dw1, db1")
    said = causes_of("ex08", source, tmp_path)[0][0]
    assert said.startswith("your db0 is twice what it should be")
    assert "dx, dw0, dw1 and db1 are right" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return {name: True for name in passes}", "you return a dict where a list is asked"),
        ("pass", "nothing came back: is a `return` missing at the end of find_wrong?"),
    ],
)
def test_the_form_is_told_of_each_of_several_calls(body, said, tmp_path):
    found = causes_of("ex14", f"def find_wrong(passes):\n    {body}\n", tmp_path)
    assert said in {cause for causes in found for cause in causes}, found


@pytest.mark.slow
def test_what_sets_the_failing_calls_apart_is_told(tmp_path):
    odd = "(w @ v if total.all() else np.sin(w @ v) + 1.3, w)"
    found = causes_of("ex02", ATTENTION.format(scale=ROOT, returned=odd), tmp_path)
    said = "calls, those where `mask` leaves a row nothing, and right in the others"
    assert any(said in cause for causes in found for cause in causes), found


@pytest.mark.slow
def test_each_wrong_output_has_its_own_cause(tmp_path):
    source = MLP.format(returned="dy @ w1.T @ w0.T, dw0, 2 * db0, dw1, db1")
    said = causes_of("ex08", source, tmp_path)[0][0]
    assert said.startswith("the gate of ReLU is missing on the way to your dx: where it gave 0")
    assert "; your db0 is twice what it should be" in said


GOES_THROUGH = "this check uses your softmax_backward too, whose own checks fail: mend it first"


@pytest.mark.slow
def test_noise_has_no_cause(tmp_path):
    noise = "np.random.default_rng(0).normal(size=dx.shape)"
    found = causes_of("ex01", SOFTMAX.format(forward=RIGHT, backward=noise), tmp_path)
    assert {cause for causes in found for cause in causes} <= {GOES_THROUGH}


HEADS = """
import numpy as np
def split_heads(x, num_heads):
    return np.stack([x[..., {columns}] for h in range(num_heads)], axis=-3)
def merge_heads(x):
    return np.concatenate([x[..., h, :, :] for h in range(x.shape[-3])], axis=-1)
def attend(q, k, v, mask):
    s = q @ np.swapaxes(k, -1, -2)
    s = s if mask is None else np.where(mask, s, -np.inf)
    e = np.exp(s - np.maximum(s.max(-1, keepdims=True), -1e300))
    return e / np.maximum(e.sum(-1, keepdims=True), 1e-300) @ v
def multi_head_attention(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    q, k, v = (split_heads(x @ w, num_heads) for w in (w_q, w_k, w_v))
    return merge_heads(attend(q, k, v, mask)) @ w_o
"""


@pytest.mark.slow
def test_a_caller_is_not_judged_while_its_callee_fails(tmp_path):
    found = causes_of("ex06", HEADS.format(columns="h::num_heads"), tmp_path)
    said = {cause for causes in found for cause in causes}
    assert len(said) == 2, said
    assert any("your split deals the columns out in turn" in cause for cause in said)
    below = "your multi_head_attention calls your split_heads, whose own checks fail: mend it first"
    assert below in said
    alone = causes_of(
        "ex06", HEADS.format(columns="h*(q:=x.shape[-1]//num_heads):(h+1)*q"), tmp_path
    )
    assert not any("mend it first" in cause for causes in alone for cause in causes)


def test_slips_of_two_functions_that_undo_each_other_are_both_told(tmp_path):
    source = """
def split_heads(x, num_heads):
    return x.reshape(*x.shape[:-2], num_heads, x.shape[-2], x.shape[-1] // num_heads)
def merge_heads(x):
    return x.reshape(*x.shape[:-3], x.shape[-2], x.shape[-1] * x.shape[-3])
def multi_head_attention(x, w_q, w_k, w_v, w_o, num_heads, mask=None):
    raise NotImplementedError
"""
    said = {cause for causes in causes_of("ex06", source, tmp_path) for cause in causes}
    assert said == {
        "your split reshapes straight to (H, n, d/H), which cuts up the tokens",
        "your merge reshapes without moving the heads back, so tokens mix",
    }


def test_an_array_with_its_leading_axes_run_together_is_told(tmp_path):
    source = MLP.format(returned="flat(dx), dw0, db0, dw1, db1")
    said = {cause for causes in causes_of("ex08", source, tmp_path) for cause in causes}
    assert any("has its leading axes run together: shape (60, 4)" in cause for cause in said), said
    assert not any("scaled" in cause for cause in said), said


def test_a_key_that_is_missing_is_told(tmp_path):
    source = "def clean(events):\n    return list(events), {'received': len(events)}\n"
    said = {cause for causes in causes_of("ex19", source, tmp_path) for cause in causes}
    assert any("a key is missing in your report: 'dropped', " in cause for cause in said), said


def test_the_search_ends_with_its_seconds_and_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "PATIENCE", 0.0)
    odd = "np.sin(dx) + y ** 3"
    found = causes_of("ex01", SOFTMAX.format(forward=RIGHT, backward=odd), tmp_path)
    assert {cause for causes in found for cause in causes} <= {GOES_THROUGH}


def test_memory_that_was_never_written_is_told(tmp_path):
    source = """
import numpy as np
def recommend(scores, seen, k): raise ValueError
def target_audience(probability, consent, value, cost, size): raise ValueError
def risk_score(history, recent, alpha=1.0):
    p = (history + alpha) / (history.sum(1, keepdims=True) + alpha * history.shape[1])
    count = recent.sum(1)
    return np.divide(-(recent * np.log(p)).sum(1), count, where=count > 0)
def will_return(gaps, since, horizon): raise ValueError
"""
    found = [cause for causes in causes_of("ex28", source, tmp_path) for cause in causes]
    assert any(cause.startswith("some of your numbers were never written") for cause in found)


def test_a_gradient_that_keeps_leading_axes_is_told(tmp_path):
    source = MLP.format(returned="dx, dw0, dh.sum(0), dw1, db1")
    said = " ".join(cause for causes in causes_of("ex08", source, tmp_path) for cause in causes)
    assert "your bias gradients sum the first axis only" in said or "not summed over all" in said
