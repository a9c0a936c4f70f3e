"""Every backward is the derivative of its forward: all inputs, all parameters."""

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import attention as A

from .cases import Case, by_name, layer_cases, pair_cases

CASES = pair_cases() + layer_cases()


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_central_differences_agree_to_1e_7(case: Case) -> None:
    report = A.check_gradients(case.target, case.inputs, options=case.options, samples=4)
    assert report.worst <= 1e-7


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_complex_steps_agree_to_1e_12(case: Case) -> None:
    report = A.check_gradients(
        case.target, case.inputs, options=case.options, method="complex", samples=10
    )
    assert report.worst <= 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_every_single_element_agrees(case: Case) -> None:
    report = A.check_gradients(case.target, case.inputs, options=case.options)
    assert report.worst <= 1e-7


@pytest.mark.parametrize("case", pair_cases(), ids=by_name)
def test_float32_follows_float64(case: Case) -> None:
    forward, backward = case.target
    out64, saved64 = forward(*case.inputs, **case.options)
    dout = np.random.default_rng(1).normal(size=np.shape(out64))
    single = [_as_single(x) for x in case.inputs]
    out32, saved32 = forward(*single, **{k: _as_single(v) for k, v in case.options.items()})
    assert out32.dtype == np.float32
    np.testing.assert_allclose(out32, out64, rtol=2e-5, atol=2e-6)
    wants = backward(dout if dout.ndim else np.float64(dout), saved64)
    gots = backward(_as_single(dout) if dout.ndim else np.float32(dout), saved32)
    for got, want in zip(_gradients(gots), _gradients(wants), strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("case", layer_cases(), ids=by_name)
def test_layers_follow_in_float32(case: Case) -> None:
    layer = copy.deepcopy(case.target)
    out64, saved64 = layer.forward(*case.inputs, **case.options)
    dout = np.random.default_rng(1).normal(size=out64.shape)
    layer.zero_grad()
    layer.backward(dout, saved64)
    grads64 = {name: p.grad.copy() for name, p in layer.named_parameters().items()}
    layer.astype(np.float32)
    layer.zero_grad()
    out32, saved32 = layer.forward(*map(_as_single, case.inputs), **case.options)
    layer.backward(_as_single(dout), saved32)
    assert out32.dtype == np.float32
    np.testing.assert_allclose(out32, out64, rtol=1e-4, atol=1e-5)
    for name, p in layer.named_parameters().items():
        np.testing.assert_allclose(p.grad, grads64[name], rtol=2e-4, atol=2e-5, err_msg=name)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_attention_of_any_shape(data: st.DataObject) -> None:
    size = st.integers(1, 4)
    groups, kv_heads, T, S, D, Dv = (data.draw(size) for _ in range(6))
    lead = data.draw(st.sampled_from([(), (1,), (2,), (0,), (2, 1)]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    q = rng.normal(size=(*lead, groups * kv_heads, T, D))
    k, v = rng.normal(size=(*lead, kv_heads, S, D)), rng.normal(size=(*lead, kv_heads, S, Dv))
    options: dict[str, Any] = {
        "is_causal": data.draw(st.booleans()),
        "attn_mask": data.draw(st.none() | hnp.arrays(bool, (T, S))),
        "offset": data.draw(st.integers(0, 3)),
        "window": data.draw(st.none() | st.integers(0, 3)),
        "softcap": data.draw(st.none() | st.floats(0.5, 5)),
    }
    for pair in (
        (A.attention_forward, A.attention_backward),
        (A.tiled_attention_forward, A.tiled_attention_backward),
    ):
        A.check_gradients(pair, (q, k, v), options=options, method="complex", samples=6)


@settings(max_examples=25, deadline=None)
@given(
    shape=hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=4),
    seed=st.integers(0, 2**32),
)
def test_norms_and_softmax_of_any_shape(shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, gain, bias = rng.normal(size=shape), rng.normal(size=shape[-1]), rng.normal(size=shape[-1])
    how: dict[str, Any] = {"method": "complex", "samples": 8}
    axis = int(rng.integers(-len(shape), len(shape)))
    A.check_gradients((A.softmax_forward, A.softmax_backward), (x,), options={"axis": axis}, **how)
    # A width of 1 or 2 has next to no variance to divide by; a large eps keeps it well conditioned.
    norm = {"options": {"eps": 0.1}, **how}
    A.check_gradients((A.layer_norm_forward, A.layer_norm_backward), (x, gain, bias), **norm)
    A.check_gradients((A.rms_norm_forward, A.rms_norm_backward), (x, gain), **norm)


def _as_single(x: Any) -> Any:
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x


def _gradients(returned: Any) -> list[np.ndarray]:
    many = returned if isinstance(returned, tuple) else (returned,)
    return [g for g in many if g is not None]
