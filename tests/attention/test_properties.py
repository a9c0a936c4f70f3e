"""Properties of attention that hold whatever the numbers: masks, shifts, permutations, poison."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A

from .cases import attention_variants

PLAIN = A.attention_forward, A.attention_backward
TILED = A.tiled_attention_forward, A.tiled_attention_backward
BOTH = pytest.mark.parametrize("pair", [PLAIN, TILED], ids=["plain", "tiled"])
RNG = np.random.default_rng(0)
Q, K, V = (
    RNG.normal(size=(2, 3, 5, 4)),
    RNG.normal(size=(2, 3, 7, 4)),
    RNG.normal(size=(2, 3, 7, 6)),
)


@pytest.mark.parametrize("variant", attention_variants(), ids=lambda v: v[0])
def test_rows_of_weights_sum_to_one_or_zero(variant: Any) -> None:
    _, inputs, options = variant
    _, saved = A.attention_forward(*inputs, **options)
    sums = saved.weights.sum(-1)
    assert (saved.weights >= 0).all()
    assert (np.isclose(sums, 1, atol=1e-12) | (sums == 0)).all()


@pytest.mark.parametrize("variant", attention_variants(), ids=lambda v: v[0])
@pytest.mark.parametrize("tile", [1, 2, 3, 64])
def test_tiles_change_nothing(variant: Any, tile: int) -> None:
    _, inputs, options = variant
    out, saved = A.attention_forward(*inputs, **options)
    tiled_out, tiled_saved = A.tiled_attention_forward(*inputs, **options, tile=tile)
    np.testing.assert_allclose(tiled_out, out, atol=1e-13)
    dout = np.random.default_rng(1).normal(size=out.shape)
    wants = A.attention_backward(dout, saved)
    for got, want in zip(A.tiled_attention_backward(dout, tiled_saved), wants, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(shift=st.floats(-1e4, 1e4), seed=st.integers(0, 99))
def test_softmax_does_not_feel_a_shift(shift: float, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(3, 5))
    np.testing.assert_allclose(A.softmax(x + shift), A.softmax(x), atol=1e-11)
    np.testing.assert_allclose(
        A.log_softmax_forward(x + shift)[0], np.log(A.softmax(x)), atol=1e-10
    )


def test_softmax_of_a_row_of_minus_infinity_is_zero() -> None:
    x = np.array([[-np.inf, -np.inf], [0.0, -np.inf]])
    np.testing.assert_array_equal(A.softmax(x), [[0, 0], [1, 0]])


@BOTH
def test_permuted_tokens_give_permuted_outputs(pair: Any) -> None:
    x = RNG.normal(size=(2, 3, 6, 4))
    order = RNG.permutation(6)
    out, _ = pair[0](x, x, x)
    moved, _ = pair[0](x[..., order, :], x[..., order, :], x[..., order, :])
    np.testing.assert_allclose(moved, out[..., order, :], atol=1e-12)


@BOTH
@pytest.mark.parametrize("poison", [1e30, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_stands_at_a_masked_key_changes_nothing(
    pair: Any, poison: float, additive: bool, dtype: Any
) -> None:
    q, k, v = (x.astype(dtype) for x in (Q, K, V))
    seen = np.ones((5, 7), bool)
    seen[:, 3] = False
    mask = np.where(seen, 0, -np.inf) if additive else seen
    dout = np.random.default_rng(1).normal(size=(2, 3, 5, 6)).astype(dtype)
    out, saved = pair[0](q, k, v, mask)
    clean = pair[1](dout, saved)
    k[..., 3, :], v[..., 3, :] = poison, poison
    with np.errstate(all="raise"):
        poisoned_out, poisoned_saved = pair[0](q, k, v, mask)
        gradients = pair[1](dout, poisoned_saved)
    np.testing.assert_array_equal(poisoned_out, out)
    for got, want in zip(gradients, clean, strict=True):
        np.testing.assert_array_equal(got, want)


@BOTH
def test_poison_reaches_those_who_may_see_it_and_no_one_else(pair: Any) -> None:
    k, v = K.copy(), V.copy()
    k[0, 1, 4], v[0, 1, 4] = np.nan, np.nan
    clean, _ = pair[0](Q, K, V, is_causal=True, offset=2)
    out, _ = pair[0](Q, k, v, is_causal=True, offset=2)
    sees = np.zeros((2, 3, 5), bool)
    sees[0, 1, 2:] = True
    assert np.isnan(out[sees]).all()
    np.testing.assert_array_equal(out[~sees], clean[~sees])


@BOTH
def test_a_query_that_sees_nothing_gets_zeros_and_sends_none(pair: Any) -> None:
    seen = np.ones((2, 1, 5, 7), bool)
    seen[0, 0, 2] = False
    out, saved = pair[0](Q, K, V, seen)
    assert (out[0, :, 2] == 0).all()
    dout = np.zeros_like(out)
    dout[0, :, 2] = 1
    for gradient in pair[1](dout, saved):
        assert (gradient == 0).all()
    free, _ = pair[0](Q, K, V)
    others = np.broadcast_to(seen.any(-1), out.shape[:-1])
    np.testing.assert_allclose(out[others], free[others], atol=1e-14)


@BOTH
def test_scores_of_1e4_stay_finite(pair: Any) -> None:
    out, saved = pair[0]((Q * 1e4).astype(np.float32), *(x.astype(np.float32) for x in (K, V)))
    assert np.isfinite(out).all()
    assert all(np.isfinite(g).all() for g in pair[1](np.ones_like(out), saved))


def test_masks_are_what_they_are_called() -> None:
    np.testing.assert_array_equal(A.causal_mask(3), np.tri(3, dtype=bool))
    np.testing.assert_array_equal(A.causal_mask(2, 4, 2), [[1, 1, 1, 0], [1, 1, 1, 1]])
    assert A.causal_mask(2, offset=3).shape == (2, 5)
    np.testing.assert_array_equal(A.padding_mask([0, 2], 3)[:, 0, 0], [[0, 0, 0], [1, 1, 0]])
    np.testing.assert_array_equal(
        A.window_mask(3, 4, 1, 0), [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0]]
    )
    np.testing.assert_array_equal(A.window_mask(3, 4, None, 0), A.causal_mask(3, 4))


@BOTH
def test_flags_mean_the_masks_of_their_names(pair: Any) -> None:
    for flags, mask in [
        ({"is_causal": True}, A.causal_mask(5, 7)),
        ({"is_causal": True, "offset": 2}, A.causal_mask(5, 7, 2)),
        ({"window": 2}, A.window_mask(5, 7, 2, 2)),
        ({"window": (1, 3)}, A.window_mask(5, 7, 1, 3)),
        ({"window": 2, "is_causal": True}, A.window_mask(5, 7, 2, 0)),
    ]:
        by_flag, _ = pair[0](Q, K, V, **flags)
        by_mask, _ = pair[0](Q, K, V, mask)
        np.testing.assert_allclose(by_flag, by_mask, atol=1e-14)


def test_grouped_heads_equal_repeated_keys() -> None:
    q = RNG.normal(size=(2, 6, 5, 4))
    out, _ = A.attention_forward(q, K, V)
    want, _ = A.attention_forward(q, K.repeat(2, axis=1), V.repeat(2, axis=1))
    np.testing.assert_allclose(out, want, atol=1e-14)


@given(st.integers(0, 40), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_rotary_scores_depend_on_distance_alone(shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    q, k = rng.normal(size=(3, 6)), rng.normal(size=(3, 6))
    for pairing in ("interleaved", "half"):
        scores = [
            A.rotary_forward(q, np.arange(3) + s, pairing=pairing)[0]
            @ A.rotary_forward(k, np.arange(3) + s, pairing=pairing)[0].T
            for s in (0, shift)
        ]
        np.testing.assert_allclose(*scores, atol=1e-12)


def test_sinusoidal_positions_turn_by_rotary() -> None:
    """The table at position t is that at 0 turned by t: the two encodings are the same circles."""
    table = A.sinusoidal_positions(9, 6, np.float64)
    start = np.repeat(table[:1], 9, axis=0)[:, [1, 0, 3, 2, 5, 4]]
    turned, _ = A.rotary_forward(start, np.arange(9))
    np.testing.assert_allclose(turned[:, [1, 0, 3, 2, 5, 4]], table, atol=1e-12)


def test_dropout_keeps_the_mean_and_repeats_by_seed() -> None:
    x = np.ones((200, 200))
    out, saved = A.dropout_forward(x, 0.25, 7)
    assert abs(out.mean() - 1) < 0.02
    assert set(np.unique(saved.keep)) == {0.0, 1 / 0.75}
    np.testing.assert_array_equal(A.dropout_forward(x, 0.25, 7)[0], out)
    np.testing.assert_array_equal(A.dropout_forward(x, 0.0, 7)[0], x)


def test_cross_entropy_of_nothing_is_zero_not_nan() -> None:
    loss, saved = A.cross_entropy_forward(np.ones((2, 3)), [-1, -1], ignore_index=-1)
    assert loss == 0
    np.testing.assert_array_equal(A.cross_entropy_backward(1.0, saved), np.zeros((2, 3)))
