"""The laws that hold in every room: dtype, inputs, warnings, seeds, errors before work."""

import threading
from typing import Any

import numpy as np
import pytest

import attention as A

from .cases import Case, by_name, layer_cases, pair_cases, twin_cases

EVERY_CASE = pytest.mark.parametrize(
    "case", pair_cases() + twin_cases() + layer_cases(), ids=by_name
)
BOTH_DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@EVERY_CASE
@BOTH_DTYPES
def test_dtype_out_is_dtype_in_and_inputs_stay(case: Case, dtype: Any) -> None:
    target, inputs = _cast(case, dtype)
    before = [np.copy(x) for x in inputs]
    forward, backward = target
    out, saved = forward(*inputs, **_cast_options(case.options, dtype))
    assert out.dtype == dtype
    dout = np.asarray(np.random.default_rng(0).normal(size=np.shape(out)), dtype)
    dout_before = dout.copy()
    gradients = backward(dout if dout.ndim else dtype(dout), saved)
    for gradient in gradients if isinstance(gradients, tuple) else (gradients,):
        assert gradient is None or gradient.dtype == dtype
    np.testing.assert_array_equal(dout, dout_before)
    for x, old in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(x, old)


@EVERY_CASE
@BOTH_DTYPES
def test_out_may_be_changed_before_backward(case: Case, dtype: Any) -> None:
    (forward, backward), inputs = _cast(case, dtype)
    returned = []
    for factor in (1, 3):
        out, saved = forward(*inputs, **_cast_options(case.options, dtype))
        dout = np.asarray(np.random.default_rng(0).normal(size=np.shape(out)), dtype)
        out *= factor
        gradients = backward(dout if dout.ndim else dtype(dout), saved)
        returned.append(gradients if isinstance(gradients, tuple) else (gradients,))
    for gradient, after_change in zip(*returned, strict=True):
        np.testing.assert_array_equal(gradient, after_change)


@pytest.mark.parametrize("case", pair_cases() + twin_cases(), ids=by_name)
def test_nothing_warns_for_scores_up_to_1e4_in_float32(case: Case) -> None:
    (forward, backward), inputs = _cast(case, np.float32)
    loud = [
        x * np.float32(1e4 / np.abs(x).max(initial=1)) if _is_float(x) else x for x in inputs[:1]
    ]
    if "attention" in case.name:
        loud[0] = loud[0] / np.float32(10)
    loud += list(inputs[1:])
    with np.errstate(all="raise"):
        out, saved = forward(*loud, **_cast_options(case.options, np.float32))
        dout = np.ones(np.shape(out), np.float32)
        gradients = backward(dout if dout.ndim else np.float32(1), saved)
    assert np.isfinite(out).all()
    for gradient in gradients if isinstance(gradients, tuple) else (gradients,):
        assert gradient is None or np.isfinite(gradient).all()


@pytest.mark.parametrize("case", layer_cases(), ids=by_name)
def test_same_inputs_same_bits(case: Case) -> None:
    one, _ = case.target.forward(*case.inputs, **case.options)
    two, _ = case.target.forward(*case.inputs, **case.options)
    assert one.tobytes() == two.tobytes()


def test_same_seed_same_weights() -> None:
    one, two = (A.Encoder(2, 8, 2, rng=5).state_dict() for _ in range(2))
    assert one.keys() == two.keys()
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_a_layer_used_twice_in_one_graph() -> None:
    class Twice(A.Layer):
        def __init__(self) -> None:
            self.inner = A.EncoderBlock(6, 2, rng=0, dtype=np.float64)

        def forward(self, x: np.ndarray) -> Any:
            h, saved1 = self.inner.forward(x)
            out, saved2 = self.inner.forward(h)
            return out, (saved1, saved2)

        def backward(self, dout: np.ndarray, saved: Any) -> np.ndarray:
            return self.inner.backward(self.inner.backward(dout, saved[1]), saved[0])

    x = np.random.default_rng(0).normal(size=(2, 3, 6))
    assert A.check_gradients(Twice(), (x,), samples=6).worst <= 1e-7


def test_two_threads_share_a_layer() -> None:
    layer = A.MultiHeadAttention(8, 2, rng=0, dtype=np.float64)
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(4, 6, 8)) for _ in range(2)]
    alone = []
    for x in inputs:
        layer.zero_grad()
        out, saved = layer.forward(x)
        dx = layer.backward(np.ones_like(out), saved)
        alone.append((out, dx, [p.grad.copy() for p in layer.parameters()]))
    layer.zero_grad()
    together: list[Any] = [None, None]

    def work(i: int) -> None:
        for _ in range(20):
            out, saved = layer.forward(inputs[i])
            together[i] = out, layer.backward(np.ones_like(out), saved)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for (out, dx, _), got in zip(alone, together, strict=True):
        np.testing.assert_array_equal(got[0], out)
        np.testing.assert_array_equal(got[1], dx)
    for i, p in enumerate(layer.parameters()):
        np.testing.assert_allclose(p.grad, 20 * (alone[0][2][i] + alone[1][2][i]), atol=1e-10)


FLOAT = np.ones((2, 3, 4))
BAD_CALLS: list[tuple[Any, tuple[Any, ...], dict[str, Any], type[Exception], str]] = [
    (A.softmax_forward, (np.arange(4),), {}, TypeError, "x must be float32 or float64, got int64"),
    (A.softmax_forward, (FLOAT,), {"axis": 3}, ValueError, "axis must be one of the 3 axes"),
    (A.linear_forward, (FLOAT, np.ones((5, 2))), {}, ValueError, r"w must have shape \(4, 2\)"),
    (
        A.linear_forward,
        (FLOAT, np.ones((4, 2), np.float32)),
        {},
        TypeError,
        "w must have the dtype",
    ),
    (
        A.layer_norm_forward,
        (FLOAT, np.ones(3), np.ones(4)),
        {},
        ValueError,
        r"gain must have shape",
    ),
    (A.dropout_forward, (FLOAT, 1.0, 0), {}, ValueError, r"p must lie in \[0, 1\)"),
    (A.embedding_forward, ([7], np.ones((5, 2))), {}, ValueError, r"ids must lie in 0 … 4"),
    (A.embedding_forward, ([0.5], np.ones((5, 2))), {}, TypeError, "ids must be integers"),
    (A.rotary_forward, (np.ones((2, 3)), [0, 1]), {}, ValueError, "even width"),
    (A.rotary_forward, (FLOAT, np.arange(9)), {}, ValueError, "positions must broadcast"),
    (A.cross_entropy_forward, (FLOAT, np.ones((2, 2), int)), {}, ValueError, "targets must have"),
    (A.cross_entropy_forward, (FLOAT, np.full((2, 3), 4)), {}, ValueError, r"targets must lie in"),
    (A.gelu_forward, (FLOAT,), {"approximate": "erf"}, ValueError, "approximate must be"),
    (A.attention_forward, (FLOAT, FLOAT[..., :3], FLOAT), {}, ValueError, "k must be"),
    (A.attention_forward, (FLOAT, FLOAT, FLOAT[:, :2]), {}, ValueError, "v must have shape"),
    (A.attention_forward, (FLOAT[[0, 0, 0]], FLOAT, FLOAT), {}, ValueError, "heads of q"),
    (A.attention_forward, (FLOAT,) * 3, {"attn_mask": np.ones((4, 3), bool)}, ValueError, "broad"),
    (A.attention_forward, (FLOAT,) * 3, {"attn_mask": np.ones((3, 3), int)}, TypeError, "bool"),
    (A.attention_forward, (FLOAT,) * 3, {"attn_mask": np.full((3, 3), np.nan)}, ValueError, "NaN"),
    (A.attention_forward, (FLOAT,) * 3, {"softcap": 0.0}, ValueError, "softcap must lie in"),
    (A.attention_forward, (FLOAT,) * 3, {"window": -1}, ValueError, "window must be 0 or more"),
    (A.tiled_attention_forward, (FLOAT,) * 3, {"tile": 0}, ValueError, "tile must be 1 or more"),
    (A.causal_mask, (-1,), {}, ValueError, "T must be 0 or more"),
    (A.padding_mask, ([5], 4), {}, ValueError, "lengths must lie in 0 … S = 4"),
    (A.window_mask, (3, 3, -1, 0), {}, ValueError, "left must be 0 or more"),
    (A.sinusoidal_positions, (3, 5), {}, ValueError, "E even"),
    (A.MultiHeadAttention, (6, 4), {}, ValueError, "embed_dim 6 must be a multiple of num_heads 4"),
    (A.MLP, (4,), {"activation": "tanh"}, ValueError, "activation must be one of"),
    (A.GatedMLP, (4,), {"activation": "silu"}, ValueError, "swiglu, geglu, geglu_tanh, got 'silu'"),
    (A.EncoderBlock, (4, 2), {"activation": "tanh"}, ValueError, "relu, .*geglu, .*got 'tanh'"),
    (A.warmup_cosine, (0, 9, 5, 1.0), {}, ValueError, "0 ≤ warmup ≤ total"),
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=lambda c: f"{c[0].__name__}: {c[4]}")
def test_errors_name_the_argument_and_what_was_expected(call: Any) -> None:
    function, args, options, error, message = call
    with pytest.raises(error, match=message):
        function(*args, **options)


@pytest.mark.parametrize("case", pair_cases(), ids=by_name)
def test_backward_refuses_an_upstream_gradient_of_another_shape(case: Case) -> None:
    forward, backward = case.target
    out, saved = forward(*case.inputs, **case.options)
    with pytest.raises(ValueError, match="dout must have shape"):
        backward(np.ones((*out.shape, 2)), saved)


def _is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def _cast(case: Case, dtype: Any) -> tuple[Any, list[Any]]:
    inputs = [x.astype(dtype) if _is_float(x) else x for x in case.inputs]
    if isinstance(case.target, A.Layer):
        layer = case.target.astype(dtype)
        return (layer.forward, layer.backward), inputs
    return case.target, inputs


def _cast_options(options: dict[str, Any], dtype: Any) -> dict[str, Any]:
    return {k: v.astype(dtype) if _is_float(v) else v for k, v in options.items()}
