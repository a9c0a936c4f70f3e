"""The place at fault, found by changing the student's own file; sources with switches."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest
from grader.causes import explain
from grader.causes.repair import lines_that_draw, of_words, places, plainest, repairs_of
from grader.causes.wording import in_either
from grader.exercise import find_exercise, find_exercises
from grader.grading import FAILED, grade
from grader.language import message
from grader.mutants.mended import repairs
from grader.mutants.mistaken import slips
from grader.mutants.switches import Slip, switched
from grader.sandbox.execute import load_module
from grader.sandbox.runner import Sandboxed

MASKS = """
import numpy as np
def causal_mask(n):
    return np.tril(np.ones((n, n), dtype=bool))
def padding_mask(lengths, n):
    return np.arange(n) < lengths[:, None]
def combine(causal, padding):
    return {}
"""
JOINED = "np.logical_and(causal, padding[:, None, None, :])"
BLOCK = """
import numpy as np
def softmax(x, axis=-1):
    e = np.exp(x - {peak})
    return e / e.sum(axis=axis, keepdims=True)
def softmax_backward(dy, y, axis={axis}):
    inner = {inner}
    return y * (dy - inner)
"""
RIGHT = {
    "peak": "np.max(x, axis=axis, keepdims=True)",
    "inner": "np.sum(dy * y, axis=axis, keepdims=True)",
    "axis": "-1",
}


def causes_of(number, source, folder):
    exercise = find_exercise(number, find_exercises())
    path = folder / exercise.file
    path.write_text(source, encoding="utf-8")
    candidate = Sandboxed(exercise, path)
    try:
        run = grade(exercise, candidate)
        failed = [result for result in run.results if result.status == FAILED]
        causes = [cause for result in failed for cause in explain(run, result)]
        assert [one for one in causes if message(one) is None] == []  # in Chinese
        return causes
    finally:
        candidate.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "source", "said"),
    [
        (
            "ex05",
            MASKS.format(JOINED.replace("and", "xor")),
            "in line 8 should be another function",
        ),
        ("ex05", MASKS.format("causal ^ padding[:, None, None]"), "in line 8 should be another op"),
        (
            "ex01",
            BLOCK.format(**{**RIGHT, "inner": "np.mean(dy + y, axis=axis, keepdims=True)"}),
            "2 places at once: `dy + y` in line 7 should be another operation; `np.mean` in line 7 "
            "should be another function: with that, ",
        ),
        (
            "ex01",
            BLOCK.format(**{**RIGHT, "inner": "np.sum(dy * y, axis=axis, keepdims=True) / 7"}),
            "in line 7 should have one term or factor less: with that, all",
        ),
    ],
)
def test_the_place_at_fault_is_told(tmp_path, number, source, said):
    found = causes_of(number, source, tmp_path)
    assert any(said in cause for cause in found), found


def test_the_place_of_an_error_without_a_reason_is_told(tmp_path):
    joined = 'np.logical_and(causal, padding[:, None, None], casting="none")'
    found = causes_of("ex05", MASKS.format(joined), tmp_path)
    assert found
    assert all("in line 8 should have one option less: with that" in one for one in found), found


def evaluated(source, *chosen):
    module = load_module("switched", "switched.py", source)
    module._choose_([(slip.place, slip.form) for slip in chosen], False)
    return module


def test_with_all_switches_at_rest_nothing_is_changed():
    rng = np.random.default_rng(0)
    x, gain, bias = rng.normal(size=(2, 3, 4)), rng.normal(size=4), rng.normal(size=4)
    exercise = find_exercise("ex09", find_exercises())
    for changes in (slips, repairs):
        source, _ = switched(exercise.reference_path.read_text(encoding="utf-8"), changes)
        module = evaluated(source)
        for name, args in (("layer_norm", (x,)), ("layer_norm_backward", (x + 1, x))):
            got = getattr(module, name)(*args, gain, bias)
            wanted = getattr(exercise.reference, name)(*args, gain, bias)
            for one, other in zip(got, wanted, strict=True):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("x.sum(axis=1) + 2", "x.sum(axis=1) - 2", [1, 5]),
        ("1", "0", [4 + 2, 6 + 2]),
        ("x", "y", [14, 14]),
        ("x.sum", "x.mean", [3.5, 5.5]),
    ],
)
def test_a_slip_does_what_it_says(before, after, value):
    code = "def f(x, y):\n    return x.sum(axis=1) + 2\n"
    source, known = switched(code, slips)
    slip = next(one for one in known if (one.before, one.after) == (before, after))
    x, y = np.array([[1, 2], [3, 4]]), np.array([[5, 7], [5, 7]])
    np.testing.assert_array_equal(evaluated(source, slip).f(x, y), value)


def test_what_overwrites_may_be_added():
    code = "def f(x):\n    t = np.zeros(2)\n    for one in x:\n        t[:] = one\n    return t\n"
    source, known = switched("import numpy as np\n" + code, repairs)
    slip = next(one for one in known if one.kind == "to add")
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(evaluated(source).f(x), [3, 4])
    np.testing.assert_array_equal(evaluated(source, slip).f(x), [4, 6])


def test_two_slips_stand_one_within_the_other():
    source, known = switched("def f(a, b):\n    return abs(a - b) * 2\n", slips)
    outer = next(one for one in known if one.after == "abs(a - b) / 2")
    inner = next(one for one in known if one.after == "b - a")
    sign = next(one for one in known if one.after == "a - b" and one.kind == "call dropped")
    assert evaluated(source, outer, inner, sign).f(5, 3) == -1


def test_a_default_is_a_place_too():
    source, known = switched("def f(x, axis=-1):\n    return x.sum(axis)\n", repairs)
    slip = next(one for one in known if (one.before, one.after) == ("-1", "0"))
    x = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(evaluated(source).f(x), [3, 12])
    np.testing.assert_array_equal(evaluated(source, slip).f(x), [3, 5, 7])
    np.testing.assert_array_equal(evaluated(source, slip).f(x, 1), [3, 12])


@pytest.mark.parametrize(
    ("code", "before", "role"),
    [
        ("def f(x, axis=0):\n    return x.sum(axis)\n", "0", "the default of `axis`"),
        ("def f(x):\n    return x.sum(axis=0)\n", "0", "`axis`"),
        ("def f(x):\n    return x ** 2\n", "2", "the exponent"),
        ("def f(x):\n    return x / 2\n", "2", "the divisor"),
        ("def f(x):\n    return np.roll(x, 2)\n", "2", "argument 2 of `np.roll`"),
        ("def f(x):\n    return x.sum(2)\n", "2", "the axis of `x.sum`"),
        ("def f(x):\n    return x > 2\n", "2", "the border of a comparison"),
        ("def f(x):\n    return x + 2\n", "2", ""),
    ],
)
def test_it_is_said_what_a_number_is_there_for(code, before, role):
    _, known = switched(code, repairs)
    found = next(one for one in known if one.before == before and one.kind == "constant")
    assert found.role == role
    told = f"`0` in line 4 ({role}) should be another number: with that, your f is right"
    assert not role or "（" in message(told)


def test_what_a_call_comes_by_is_noted():
    source, known = switched(
        "def f(x):\n    if x > 9:\n        return x - 1\n    return x\n", slips
    )
    module = evaluated(source)
    inside = {slip.place for slip in known if slip.before == "x - 1"}
    assert not inside & set(module._touched_("f", [1], {}, False))
    assert inside <= set(module._touched_("f", [10], {}, False))


def test_what_goes_wrong_in_a_trial_is_no_answer():
    source, known = switched("def f(x):\n    while x > 0:\n        x -= 1\n    return x\n", slips)
    endless = next(one for one in known if one.kind == "line dropped")
    settings = [[], [(endless.place, endless.form)]]
    assert evaluated(source)._tries_("f", [3], {}, False, settings)[0] == [0, None]


@pytest.mark.parametrize("exercise", find_exercises(), ids=lambda one: one.number)
def test_every_reference_can_be_switched(exercise):
    source, known = switched(exercise.reference_path.read_text(encoding="utf-8"), slips)
    ast.parse(source)
    assert len(known) > 10


@pytest.mark.slow
def test_a_proven_change_is_told_before_a_mistake_that_explains_some_calls(tmp_path):
    source = """
import numpy as np
def sample(logits, rng, temperature=1.0, top_k=None, top_p=None):
    z = np.asarray(logits, dtype=np.float64) / temperature
    order = np.argsort(-z, kind="stable")[:top_k]
    p = np.exp(z[order] - z[order[0]])
    p = p / p.sum()
    if top_p is not None:
        keep = int(np.searchsorted(np.cumsum(p), 1 - top_p)) + 1
        order, p = order[:keep], p[:keep] / p[:keep].sum()
    return int(rng.choice(order, p=p))
def generate(next_logits, prompt, steps, rng, **sampling):
    tokens = [int(t) for t in prompt]
    for _ in range(steps):
        tokens.append(sample(next_logits(list(tokens)), rng, **sampling))
    return tokens
"""
    found = set(causes_of("ex17", source, tmp_path))
    assert found
    assert all("`1 - top_p` in line 9 should" in cause for cause in found), found


@pytest.mark.slow
def test_what_takes_memory_is_mended_by_its_values(tmp_path):
    source = """
import numpy as np
def tiled_backward(dout, q, k, v, out, log_sum_exp, tile):
    scale = q.shape[-1] ** -0.5
    dq, dk, dv = (np.zeros_like(x) for x in (q, k, v))
    total = (out * out).sum(-1, keepdims=True)
    for i in range(0, q.shape[-2], tile):
        rows = np.s_[..., i : i + tile, :]
        for j in range(0, k.shape[-2], tile):
            keys = np.s_[..., j : j + tile, :]
            scores = q[rows] @ k[keys].swapaxes(-1, -2) * scale
            p = np.exp(scores - log_sum_exp[rows[:-1]][..., None])
            ds = p * (dout[rows] @ v[keys].swapaxes(-1, -2) - total[rows]) * scale
            dv[keys] += p.swapaxes(-1, -2) @ dout[rows]
            dq[rows] += ds @ k[keys]
            dk[keys] += ds.swapaxes(-1, -2) @ q[rows]
    return dq, dk, dv
"""
    found = causes_of("ex40", source, tmp_path)
    assert any("`out` in line 6 should be another variable" in cause for cause in found), found


@pytest.mark.slow
def test_no_mistake_is_told_that_the_right_calls_deny(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.clock.pace", lambda: 1.0)  # it finds nothing, however long
    source = """
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -10, 10)))
def flat(x):
    return x.reshape(-1, x.shape[-1])
def swiglu(x, w_gate, w_up, w_down):
    gate = x @ w_gate
    return gate * sigmoid(gate) * (x @ w_up) @ w_down
def swiglu_backward(dy, x, w_gate, w_up, w_down):
    gate, up = x @ w_gate, x @ w_up
    s = sigmoid(gate)
    dh = dy @ w_down.T
    dup = dh * gate * s
    dgate = dh * up * s * (1 + gate * (1 - s))
    dx = dgate @ w_gate.T + dup @ w_up.T
    return dx, flat(x).T @ flat(dgate), flat(x).T @ flat(dup), flat(gate * s * up).T @ flat(dy)
"""
    found = causes_of("ex31", source, tmp_path)
    assert found
    assert not any("ReLU" in cause for cause in found), found  # as which ±1e4 alone looks


@pytest.mark.slow
def test_entries_of_a_dict_go_by_their_names(tmp_path):
    exercise = find_exercise("ex15", find_exercises())
    source = exercise.reference_path.read_text(encoding="utf-8")
    dx = "return dx, grads"
    assert source.count(dx) == 1
    source = source.replace(
        dx, 'grads["w_k"], grads["w_v"] = grads["w_v"], grads["w_k"]\n    ' + dx
    )
    found = causes_of("ex15", source, tmp_path)
    assert "your grads['w_k'] and grads['w_v'] are exchanged" in found


@pytest.mark.parametrize(
    ("wrong", "kind", "place", "right"),
    [
        ("s * (1 + g) * (1 - s)", "a bracket", "s * (1 + g) * (1 - s)", "s * (1 + g * (1 - s))"),
        ("(1 + g) * s", "a bracket", "(1 + g) * s", "1 + g * s"),
        ("1 - g / s", "a bracket", "1 - g / s", "(1 - g) / s"),
        ("np.where(g > 0, g, s)", "have `1` added", "g", "g Add 1"),
    ],
)
def test_a_bracket_elsewhere_and_a_one_that_is_missing_are_tried(wrong, kind, place, right):
    _, known = switched(f"def f(g, s):\n    return {wrong}\n", repairs)
    assert (kind, place, right) in {(slip.kind, slip.before, slip.after) for slip in known}


def test_random_draws_and_how_many_there_are_are_left_as_they_are():
    drawing = "for trial in range(4):\n    y = 2\n    x = rng.normal()\n"
    source = "rng = 1\n" + drawing + "for i in range(3):\n    z = i\n"
    assert lines_that_draw(source) == {1, 2, 4}


def test_names_say_too_little_to_tell_a_number_by():
    assert of_words([["large", "small"], []])
    assert not of_words(["large", 1])
    assert not of_words((np.zeros(2),))


def test_of_names_no_change_is_told_that_moves_a_number():
    code = "def f(x, y):\n    return ['large'] if x > 2 and abs(x - y) / (x + y) > 0.5 else []\n"
    outputs = SimpleNamespace(outputs=[["large"]])
    found = SimpleNamespace(failed=SimpleNamespace(expected=outputs))
    kinds = {slip.kind for slip in repairs_of(found, code)[1]}
    assert {"and/or", "comparison"} <= kinds
    assert not kinds & {"operator", "constant", "term dropped", "a factor", "another function"}
    outputs.outputs = [[np.zeros(2)]]
    assert {"operator", "term dropped"} <= {slip.kind for slip in repairs_of(found, code)[1]}


def test_a_call_with_a_starred_argument_has_changes_that_can_be_run():
    code = "def f(x, *lead):\n    return x.reshape(*lead, 2) + 1\n"
    source, known = switched(code, repairs)
    assert any(slip.before == "1" for slip in known)
    one = next(slip for slip in known if (slip.before, slip.after) == ("1", "2"))
    np.testing.assert_array_equal(evaluated(source, one).f(np.arange(4), 2), [[2, 3], [4, 5]])


def test_what_is_taken_away_is_told_before_what_is_changed():
    def slip(kind):
        return (Slip(1, 1, kind, "a / b", "", 4),)

    changed, away = slip("operator"), slip("term dropped")
    assert plainest([changed, away]) == away
    assert plainest([slip("activation"), away]) == slip("activation")


def test_two_lines_either_of_which_mends_all_are_both_told():
    one, two = (Slip(1, 1, "operator", "a + b", "", line) for line in (4, 7))
    several = places([(one,), (one._replace(kind="swapped"),), (two,)])
    assert several == [(one,), (two,)]
    said = in_either(several)
    assert said == (
        "either `a + b` in line 4 should be another operation, "
        "or `a + b` in line 7 should be another operation"
    )
    assert "要么" in message(f"{said}: with either of them, all 4 calls of your f are right")
