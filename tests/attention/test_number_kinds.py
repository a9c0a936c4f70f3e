"""Numbers of NumPy and ids of every integer type mean what Python's own would."""

from typing import Any

import numpy as np
import pytest

import attention as A
from attention import fast
from tests.attention.cases import PAIRS

INTEGERS = [np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


EPS, SMOOTHING = {"eps": np.float64(1e-5)}, {"label_smoothing": np.float64(0.1)}
X = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)


ONE = np.ones(4, np.float32)


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
