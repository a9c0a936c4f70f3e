"""What tuned attention does by itself: blocks, the quick and the careful exp, strided gradients."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A
from attention import fast
from attention.fast import _blocks

T, S, D = 150, 170, 6
RNG = np.random.default_rng(0)
Q, K, V = (
    RNG.normal(size=(3, 4, T, D)),
    RNG.normal(size=(3, 2, S, D)),
    RNG.normal(size=(3, 2, S, 5)),
)
LENGTHS = A.padding_mask([S, 3, 0], S)
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "causal": {"is_causal": True},
    "causal after a cache": {"is_causal": True, "offset": 20},
    "window": {"window": (9, 4)},
    "window that leaves late queries blind": {"window": (4, 0), "offset": 100},
    "padding": {"attn_mask": LENGTHS},
    "padding, causal": {"attn_mask": LENGTHS, "is_causal": True},
    "mask of each head": {"attn_mask": RNG.random((4, T, S)) < 0.5},
    "bias of each head": {"attn_mask": RNG.normal(size=(4, T, S))},
    "bias of −1e9": {"attn_mask": np.where(RNG.random((T, S)) < 0.5, -1e9, 0.0)},
    "bias of −1e9 everywhere": {"attn_mask": np.full((T, 1), -1e9)},
    "capped": {"softcap": 3.0, "is_causal": True},
    "dropped": {"dropout_p": 0.25, "rng": 3, "is_causal": True},
}
LOUD = pytest.mark.parametrize("loudness", [1.0, 30.0, 1e4])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def _both(inputs: Any, options: Any, dtype: Any) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """[out, weights, dq, dk, dv] of the tuned pair and of the plain one."""
    inputs = [x.astype(dtype) for x in inputs]
    results = []
    for module in (fast, A):
        with np.errstate(all="raise"):
            out, saved = module.attention_forward(*inputs, **options)
            dout = np.random.default_rng(1).normal(size=out.shape).astype(dtype)
            gradients = module.attention_backward(dout, saved)
        results.append([out, saved.weights, *gradients])
    return results[0], results[1]


def _agree(inputs: Any, options: Any, dtype: Any, loudness: float = 1.0) -> None:
    digits = (2e-5 if dtype == np.float32 else 1e-12) * loudness  # of scores, lost in their exp
    for got, want in zip(*_both(inputs, options, dtype), strict=True):
        assert got.shape == want.shape
        assert got.dtype == dtype
        size = np.abs(want).max(initial=1, where=np.isfinite(want))
        np.testing.assert_allclose(got, want, rtol=digits, atol=digits * size)


@DTYPES
@LOUD
@pytest.mark.parametrize("name", OPTIONS)
def test_many_blocks_agree_with_the_plain_pair(
    name: str, loudness: float, dtype: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_blocks, "SCORES", 4 * 80 * S)  # two sequences to a block, or one
    if dtype == np.float32 and loudness == 1e4:
        pytest.skip("scores of 1e4 have no digits left in float32 to compare")
    _agree((Q * loudness, K, V), OPTIONS[name], dtype, loudness)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_shape_agrees_with_the_plain_pair(data: st.DataObject) -> None:
    size = st.integers(1, 4)
    groups, kv_heads, t, s, d, dv = (data.draw(size) for _ in range(6))
    lead = data.draw(st.sampled_from([(), (1,), (2,), (0,), (2, 1), (2, 3)]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    q = rng.normal(size=(*lead, groups * kv_heads, t, d))
    k, v = rng.normal(size=(*lead, kv_heads, s, d)), rng.normal(size=(*lead, kv_heads, s, dv))
    whole = (*lead, groups * kv_heads, t, s)
    axes = data.draw(st.integers(0, len(whole) - 1))
    mask_shape = [n if data.draw(st.booleans()) else 1 for n in whole[axes:]]
    options: dict[str, Any] = {
        "attn_mask": data.draw(st.sampled_from([None, rng.random(mask_shape) < 0.6])),
        "is_causal": data.draw(st.booleans()),
        "offset": data.draw(st.integers(0, 3)),
        "window": data.draw(st.none() | st.integers(0, 3)),
        "softcap": data.draw(st.none() | st.floats(0.5, 5)),
    }
    _agree((q, k, v), options, np.float64)


@DTYPES
@pytest.mark.parametrize("poison", [1e30, np.nan, np.inf, -np.inf])
def test_what_stands_at_a_masked_key_changes_nothing(poison: float, dtype: Any) -> None:
    seen = np.ones((T, S), bool)
    seen[:, 3] = False
    k, v = K.copy(), V.copy()
    k[..., 3, :], v[..., 3, :] = poison, poison
    clean, _ = _both((Q, K, V), {"attn_mask": seen}, dtype)
    poisoned, _ = _both((Q, k, v), {"attn_mask": seen}, dtype)
    for got, want in zip(poisoned, clean, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-5)


def test_poison_reaches_those_who_may_see_it_and_no_one_else() -> None:
    k, v = K.copy(), V.copy()
    k[0, 1, 80], v[1, 0, 9] = np.nan, np.inf
    for options in OPTIONS.values():
        got, want = _both((Q, k, v), options, np.float64)
        np.testing.assert_array_equal(np.isnan(got[0]), np.isnan(want[0]))
        for a, b in zip(got[1:], want[1:], strict=True):
            assert not (np.isnan(a) & ~np.isnan(b)).any()  # a key out of reach may stay clean


@DTYPES
def test_scores_beyond_float32_stay_finite(dtype: Any) -> None:
    q = (Q * 1e4).astype(dtype)
    out, saved = fast.attention_forward(q, K.astype(dtype), V.astype(dtype), is_causal=True)
    gradients = fast.attention_backward(np.ones_like(out), saved)
    assert all(np.isfinite(x).all() for x in (out, *gradients))


def test_gradients_go_into_strided_arrays() -> None:
    out, saved = fast.attention_forward(Q, K, V, is_causal=True)
    want = fast.attention_backward(out, saved)
    room = np.full((3, S, 2, D + 7), np.nan)
    dk, dv = room[..., :D].swapaxes(1, 2), room[..., D : D + 5].swapaxes(1, 2)
    dq = np.full((3, T, 4, D), np.nan).swapaxes(1, 2)
    got = fast.attention_backward(out, saved, into=(dq, dk, dv))
    for a, b, c in zip(got, (dq, dk, dv), want, strict=True):
        assert a is b
        np.testing.assert_array_equal(a, c)
    assert np.isnan(room[..., D + 5 :]).all()


def test_the_heads_of_a_token_lie_side_by_side() -> None:
    out, _ = fast.attention_forward(Q, K, V)
    assert np.shares_memory(out.swapaxes(1, 2).reshape(3, T, -1), out)


@pytest.mark.parametrize("options", [{}, {"window": 5}, {"softcap": 2.0}, {"scale": 3.0}])
def test_the_last_token_attends_as_the_last_row_does(options: dict[str, Any]) -> None:
    want, _ = A.attention_forward(Q[:, :, -1:], K, V, is_causal=True, offset=S - 1, **options)
    got = fast.attend_last(Q[:, :, -1:], K, V, **options)
    np.testing.assert_allclose(got, want, atol=1e-13)
