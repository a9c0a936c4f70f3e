"""What users hand in at the edges: overflow behind a mask, NumPy's numbers, ids of any type."""

from typing import Any

import numpy as np
import pytest

import attention as A
from attention import fast
from attention.decoding import sample
from attention.decoding.model import CausalLM
from attention.text.corpus import read_corpus
from attention.text.tokenizer import CharTokenizer

PAIRS = {
    "plain": (A.attention_forward, A.attention_backward),
    "tiled": (A.tiled_attention_forward, A.tiled_attention_backward),
    "fast": (fast.attention_forward, fast.attention_backward),
}
SEEN = np.array([[True, True, False, True], [True, False, False, True], [False] * 4])
FLOATS = pytest.mark.parametrize("dtype", [np.float32, np.float64])
INTEGERS = [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


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


X = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
ONE = np.ones(4, np.float32)
EPS, SMOOTHING = {"eps": np.float64(1e-5)}, {"label_smoothing": np.float64(0.1)}
NUMBERS = {
    **{
        f"{kind} attention, {name}": (*pair, (X, X, X), {name: number})
        for kind, pair in PAIRS.items()
        for name, number in (("scale", 1 / np.sqrt(4)), ("softcap", np.float64(3)))
    },
    "layer norm": (A.layer_norm_forward, A.layer_norm_backward, (X, ONE, ONE), EPS),
    "fast layer norm": (fast.layer_norm_forward, fast.layer_norm_backward, (X, ONE, ONE), EPS),
    "rms norm": (A.rms_norm_forward, A.rms_norm_backward, (X, ONE), EPS),
    "dropout": (A.dropout_forward, A.dropout_backward, (X,), {"p": np.float64(0.5), "rng": 0}),
    "rotary": (A.rotary_forward, A.rotary_backward, (X, [0, 1, 2]), {"base": np.float64(100)}),
    "cross-entropy": (
        A.cross_entropy_forward, A.cross_entropy_backward, (X, [0, 1, 3]), SMOOTHING
    ),
    "fast cross-entropy": (
        fast.cross_entropy_forward, fast.cross_entropy_backward, (X, [0, 1, 3]), SMOOTHING
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", NUMBERS.values(), ids=NUMBERS)
def test_a_number_of_numpy_leaves_float32_alone_and_changes_no_bit(case: Any) -> None:
    forward, backward, inputs, options = case
    out, saved = forward(*inputs, **options)
    plain = {name: number if name == "rng" else float(number) for name, number in options.items()}
    same, _ = forward(*inputs, **plain)
    assert out.dtype == np.float32
    assert np.array_equal(out, same)
    gradients = backward(np.ones_like(out) if np.ndim(out) else np.float32(1), saved)
    for gradient in gradients if isinstance(gradients, tuple) else (gradients,):
        assert gradient.dtype == np.float32


def test_optimisers_take_numbers_of_numpy() -> None:
    steps = []
    for number in (float, np.float64):
        layer = A.Linear(3, 2, rng=0)
        optimizer = A.Adam(
            layer.parameters(), number(0.1), (number(0.9), number(0.99)), number(1e-8), number(0.1)
        )
        for p in layer.parameters():
            p.accumulate(np.ones_like(p.data))
        A.clip_grad_norm(optimizer.buffer, number(0.5))
        optimizer.lr = number(0.2)
        optimizer.step()
        steps.append(optimizer.buffer.data.copy())
    assert np.array_equal(*steps)


@pytest.mark.parametrize("kind", INTEGERS)
def test_ids_of_any_integer_type_mean_the_same(kind: Any) -> None:
    ids = np.r_[np.arange(128), np.zeros(600, int)]
    table = np.random.default_rng(0).normal(size=(128, 2))
    dout = np.random.default_rng(1).normal(size=(len(ids), 2))
    targets = ids[:9] % 2
    answers = []
    for given in (ids.astype(kind), ids):
        out, saved = A.embedding_forward(given, table)
        loss, _ = A.cross_entropy_forward(dout[:9], targets.astype(given.dtype), ignore_index=-1)
        sampled = A.sampled_softmax_forward(dout, table, None, given, np.arange(9, dtype=kind))[0]
        batches = A.batches_by_length(given, 300, 0)
        turned, _ = A.rotary_forward(dout, given)
        answers.append((
            out, A.embedding_backward(dout, saved), fast.embedding_backward(dout, saved),
            loss, sampled, np.concatenate(batches), [len(batch) for batch in batches], turned,
        ))  # fmt: skip
    for one, other in zip(*answers, strict=True):
        assert np.array_equal(one, other)


def test_256_rows_by_uint8_and_ids_beyond_int64() -> None:
    ids = np.arange(256, dtype=np.uint8).repeat(3)
    out, saved = A.embedding_forward(ids, np.zeros((256, 2)))
    assert (fast.embedding_backward(np.ones_like(out), saved) == 3).all()
    assert [len(b) for b in A.batches_by_length(np.full(10, 100, np.uint8), 300, 0)].count(3) == 3
    with pytest.raises(ValueError, match="ids must fit"):
        A.embedding_forward(np.array([2**63], np.uint64), np.zeros((2, 2)))


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
    assert not layer.step(np.full((1, 384), 1e6 + 0.1, np.float32)).any()
    x = (1000 + np.random.default_rng(0).normal(size=(9, 384))).astype(np.float32)
    np.testing.assert_allclose(layer.step(x), layer.forward(x)[0], atol=2e-5)


def test_no_token_and_no_sequence_go_through_a_cache() -> None:
    encoder = A.Encoder(2, 8, 4, num_kv_heads=2, rng=0)
    for batch in (0, 2):
        caches = encoder.new_caches(batch, 9)
        for T in (0, 3, 0, 1, 0):
            x = np.ones((batch, T, 8), np.float32)
            assert encoder.step(x, caches).shape == x.shape
        assert caches[0].length == 4
    model = CausalLM(5, 9, 1, 8, 2, rng=0)
    with pytest.raises(ValueError, match="one token or more"):
        model.step(np.zeros((1, 0), int), model.new_caches(1))


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint64, int])
def test_windows_and_offsets_of_any_integer_type_mean_the_same(pair: Any, kind: Any) -> None:
    k = np.random.default_rng(3).normal(size=(140, 4)).astype(np.float32)
    for window in (3, (3, 1), (2, None)):
        sides = [kind(x) if isinstance(x, int) else x for x in np.atleast_1d(window)]
        given = tuple(sides) if isinstance(window, tuple) else sides[0]
        for causal in (False, True):
            want, _ = pair[0](k[-40:], k, k, window=window, offset=100, is_causal=causal)
            got, _ = pair[0](k[-40:], k, k, window=given, offset=kind(100), is_causal=causal)
            np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(A.causal_mask(kind(100), offset=kind(100)), np.tri(100, 200, 100))
    np.testing.assert_array_equal(
        A.window_mask(kind(9), kind(9), kind(3), kind(1)), A.window_mask(9, 9, 3, 1)
    )
    with pytest.raises(TypeError, match=r"window must be a whole number, got 2\.5"):
        pair[0](k, k, k, window=2.5)


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
