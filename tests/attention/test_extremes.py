"""What users hand in at the edges: overflow behind a mask, constant rows, masks that are none."""

from typing import Any

import numpy as np
import pytest

import attention as A
from attention import fast
from attention.decoding import sample
from attention.decoding.model import CausalLM
from attention.text.corpus import read_corpus
from attention.text.tokenizer import CharTokenizer
from tests.attention.cases import PAIRS

X = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
SEEN = np.array([[True, True, False, True], [True, False, False, True], [False] * 4])
FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@FLOATS
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("where", ["k", "v", "k and v"])
@pytest.mark.parametrize(
    "options", [{}, {"scale": 4.0}, {"softcap": 5.0}, {"softcap": 5.0, "scale": 4.0}]
)
@pytest.mark.parametrize("additive", [False, True])
def test_overflow_at_a_hidden_key_and_nan_at_a_blind_query_reach_nothing(
    dtype: Any, pair: Any, where: str, options: dict[str, float], additive: bool
) -> None:
    rng, (forward, backward) = np.random.default_rng(0), pair
    q, dout = rng.normal(size=(2, 2, 4, 3, 5)).astype(dtype)
    k, v = rng.normal(size=(2, 2, 2, 4, 5)).astype(dtype)
    mask = np.where(SEEN, 0, -np.inf).astype(dtype) if additive else SEEN
    want, saved = forward(q, k, v, mask, **options)
    wants = backward(dout, saved)
    q, k, v, dout = (x.copy() for x in (q, k, v, dout))
    huge = np.finfo(dtype).max * np.array([1, -1, 1, 1, -1], dtype)
    for name, x in (("k", k), ("v", v)):
        if name in where:
            x[..., 2, :] = huge
    q[..., 2, :], dout[..., 2, :] = np.nan, np.nan
    with np.errstate(all="raise"):
        got, saved = forward(q, k, v, mask, **options)
        gradients = backward(dout, saved)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    for gradient, wanted in zip(gradients, wants, strict=True):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-4, atol=1e-5)


@FLOATS
@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("what", ["q", "dout", "q and dout"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("options", [{}, {"softcap": 2.0}, {"additive": True}])
def test_a_bad_query_reaches_the_keys_it_sees_and_no_others(
    dtype: Any, pair: Any, what: str, bad: float, options: dict[str, Any]
) -> None:
    """Queries 1 and 5 are bad: their gradients and those of their keys are NaN, the rest stays."""
    rng, (forward, backward), additive = np.random.default_rng(2), pair, "additive" in options
    options = {name: x for name, x in options.items() if name != "additive"}
    q, dout = np.abs(rng.normal(size=(2, 3, 4, 6, 5))).astype(dtype)
    k, v = np.abs(rng.normal(size=(2, 3, 2, 7, 5))).astype(dtype)
    seen = rng.random((3, 1, 6, 7)) < 0.4
    seen[0, :, 1] = False
    mask = np.where(seen, 0, -np.inf).astype(dtype) if additive else seen
    rows = np.array([1, 5])
    ill, ill_dout, calm, calm_dout = q.copy(), dout.copy(), q.copy(), dout.copy()
    for name, x in (("q", ill), ("dout", ill_dout)):
        if name in what.split():
            x[..., rows, 2] = bad
    calm[..., rows, :] = calm_dout[..., rows, :] = 0
    with np.errstate(all="raise"):
        out, saved = forward(ill, k, v, mask, **options)
        dq, dk, dv = backward(ill_dout, saved)
    want, saved = forward(calm, k, v, mask, **options)
    wants = backward(calm_dout, saved)
    met = np.broadcast_to(seen[..., rows, :].any((1, 2))[:, None], (3, 2, 7))  # of a bad query
    others = np.setdiff1d(np.arange(6), rows)
    close = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(out[..., others, :], want[..., others, :], **close)
    np.testing.assert_allclose(dq[..., others, :], wants[0][..., others, :], **close)
    assert not out[0, :, 1].any()
    assert not dq[0, :, 1].any()
    for gradient, wanted in ((dk, wants[1]), (dv, wants[2])):
        np.testing.assert_allclose(gradient[~met], wanted[~met], **close)
        assert not np.isfinite(gradient[met]).all(-1).any()


@pytest.mark.parametrize("forward", [A.layer_norm_forward, fast.layer_norm_forward])
def test_constant_rows_are_normalised_to_nothing(forward: Any) -> None:
    constants = np.geomspace(1, 1e7, 300, dtype=np.float32)
    for width in (3, 128, 384, 1000):
        x = np.repeat(constants[:, None], width, axis=1)
        out, _ = forward(x, np.ones(width, np.float32), np.zeros(width, np.float32))
        assert np.abs(out).max() < 1e-3


@pytest.mark.parametrize("forward", [A.layer_norm_forward, fast.layer_norm_forward])
def test_a_small_spread_on_a_large_mean_is_not_lost(forward: Any) -> None:
    x = (1000 + np.random.default_rng(0).normal(size=(9, 96))).astype(np.float32)
    one, zero = np.ones(96), np.zeros(96)
    want, _ = A.layer_norm_forward(x.astype(np.float64), one, zero)
    out, _ = forward(x, one.astype(np.float32), zero.astype(np.float32))
    np.testing.assert_allclose(out, want, atol=2e-5)


@pytest.mark.parametrize("forward", [pair[0] for pair in PAIRS.values()], ids=PAIRS)
@pytest.mark.parametrize("mask", [True, np.True_, np.array(False)])
def test_a_single_truth_is_no_mask(forward: Any, mask: Any) -> None:
    with pytest.raises(TypeError, match="is_causal=True"):
        forward(X, X, X, mask)


@pytest.mark.parametrize("forward", [pair[0] for pair in PAIRS.values()], ids=PAIRS)
def test_masked_arrays_are_refused_since_their_mask_would_be_lost(forward: Any) -> None:
    masked = np.ma.masked_greater(X, 0)
    for inputs in ((masked, X, X), (X, masked, X), (X, X, X, np.ma.masked_greater(X @ X.T, 0))):
        with pytest.raises(TypeError, match="masked"):
            forward(*inputs)
    with pytest.raises(TypeError, match="ids must be a plain array"):
        A.embedding_forward(np.ma.masked_greater([0, 1], 0), X)


def test_sampling_from_no_distribution_is_refused_and_a_tiny_temperature_is_greedy() -> None:
    for logits in ([np.nan, 1.0], [-np.inf, -np.inf], [np.inf, 0.0]):
        for temperature in (0, 1.0):
            with pytest.raises(ValueError, match="no token can be drawn"):
                sample(np.array(logits), 0, temperature=temperature)
    assert sample(np.array([1.0, 3.0, -np.inf]), 0, temperature=1e-310) == 1


@pytest.mark.parametrize("forward", [A.cross_entropy_forward, fast.cross_entropy_forward])
def test_a_sure_loss_is_not_below_zero(forward: Any) -> None:
    rng = np.random.default_rng(0)
    for top in np.linspace(15, 59, 100, dtype=np.float32):
        logits = rng.normal(size=(1, 30)).astype(np.float32)
        logits[0, 4] = top
        assert forward(logits, [4])[0] >= 0


def test_a_byte_order_mark_is_no_token_and_a_negative_id_no_character(tmp_path: Any) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffab".encode())
    assert read_corpus(path) == "ab"
    with pytest.raises(ValueError, match="ids must lie in 0 … 1"):
        CharTokenizer("ab").decode([-1])


@FLOATS
@pytest.mark.parametrize("module", [A, fast])
@pytest.mark.parametrize("approximate", ["none", "tanh"])
def test_gelu_and_its_slope_are_flat_however_far_out(
    dtype: Any, module: Any, approximate: str
) -> None:
    far = np.array([1e3, 1e8, 1e13, 1e20, np.finfo(dtype).max], dtype)
    x = np.concatenate([-far, far])
    with np.errstate(all="raise"):
        out, saved = module.gelu_forward(x, approximate)
        dx = module.gelu_backward(np.ones_like(x), saved)
    np.testing.assert_array_equal(out, np.maximum(x, 0))
    np.testing.assert_array_equal(dx, x > 0)


@pytest.mark.parametrize("forward", [A.rotary_forward, fast.rotary_forward])
@pytest.mark.parametrize("base", [0.0, -2.0, np.inf, "ten"])
def test_a_rotary_base_is_a_number_above_zero(forward: Any, base: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="base must"):
        forward(X, np.arange(3), base=base)


def test_constant_rows_are_normalised_to_nothing_at_inference_too() -> None:
    layer = A.LayerNorm(384)
    assert not layer.infer(np.full((1, 384), 1e6 + 0.1, np.float32)).any()
    x = (1000 + np.random.default_rng(0).normal(size=(9, 384))).astype(np.float32)
    np.testing.assert_allclose(layer.infer(x), layer.forward(x)[0], atol=2e-5)


def test_no_token_and_no_sequence_go_through_a_cache() -> None:
    encoder = A.Encoder(2, 8, 4, num_kv_heads=2, rng=0)
    for batch in (0, 2):
        caches = encoder.new_caches(batch, 9)
        for T in (0, 3, 0, 1, 0):
            x = np.ones((batch, T, 8), np.float32)
            assert encoder.infer(x, caches).shape == x.shape
        assert caches[0].length == 4
    model = CausalLM(5, 9, 1, 8, 2, rng=0)
    with pytest.raises(ValueError, match="one token or more"):
        model.infer(np.zeros((1, 0), int), model.new_caches(1))


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_mask_that_is_minus_infinity_in_float32_forbids(pair: Any) -> None:
    mask = np.array([[0, -1e300, 0]] * 3)
    v = X.copy()
    v[1] = np.nan
    with np.errstate(all="raise"):
        out, saved = pair[0](X, v, v, mask)
        gradients = pair[1](np.ones_like(out), saved)
    assert all(np.isfinite(x).all() for x in (out, *gradients))


def test_a_pool_names_a_mask_that_does_not_fit() -> None:
    pool, x = A.AttentionPool(4, rng=0), np.ones((2, 3, 4), np.float32)
    for mask, error in ((True, ValueError), (np.ones((2, 4), bool), ValueError),
                        (np.ma.masked_greater(np.ones((2, 3)), 0), TypeError)):  # fmt: skip
        with pytest.raises(error, match="mask must"):
            pool.forward(x, mask)
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, E\)"):
        pool.forward(x[0])
    _, saved = A.softmax_forward(x)
    with pytest.raises(TypeError, match="dout must be a plain array"):
        A.softmax_backward(np.ma.masked_greater(x, 0), saved)


def test_sigmoid_is_exact_where_it_is_tiny_and_never_overflows() -> None:
    x = np.array([-700.0, -30.0, 0.0, 30.0, 1e300])
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(A.sigmoid(x)[:2], np.exp(x[:2]), rtol=1e-12)
        assert A.sigmoid(x)[2:].tolist() == [0.5, 1 / (1 + np.exp(-30.0)), 1.0]
