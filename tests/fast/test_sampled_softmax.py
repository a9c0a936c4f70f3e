"""The tuned sampled softmax equals the plain one, for mixed samples and for any other."""

from typing import Any

import numpy as np
import pytest

import attention as A
from attention import fast

RNG = np.random.default_rng(0)
TARGETS = RNG.integers(0, 40, 12)
MIXED = np.union1d(TARGETS, RNG.integers(0, 40, 9))
SAMPLES = {"mixed": MIXED, "targets left out": [1, 4, 9], "not in order": MIXED[::-1], "none": []}


def _inputs(dtype: Any, spread: float, biased: bool) -> tuple[Any, ...]:
    rng = np.random.default_rng(1)
    hidden, table, bias = (rng.normal(0, spread, s).astype(dtype) for s in ((12, 5), (40, 5), 40))
    return hidden, table, bias if biased else None, TARGETS


@pytest.mark.parametrize("sampled", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("spread", [0.5, 20.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_the_plain_pair(sampled: Any, biased: bool, spread: float, dtype: Any) -> None:
    inputs = _inputs(dtype, spread, biased)
    log_expected = np.linspace(-2, 1, len(sampled))
    close = {"rtol": 2e-3 if dtype == np.float32 else 1e-9, "atol": 1e-5}
    for expected in (log_expected, None):
        want, saved = A.sampled_softmax_forward(*inputs, sampled, expected)
        wants = A.sampled_softmax_backward(0.7, saved)
        got, saved_fast = fast.sampled_softmax_forward(*inputs, sampled, expected)
        np.testing.assert_allclose(got, want, **close)
        assert got.dtype == dtype
        for gradient, wanted in zip(
            fast.sampled_softmax_backward(0.7, saved_fast), wants, strict=True
        ):
            if wanted is None:
                assert gradient is None
                continue
            assert gradient.dtype == dtype
            np.testing.assert_allclose(gradient, wanted, **close)


def test_a_mixed_sample_takes_the_tuned_way_and_meets_its_own_rows() -> None:
    _, saved = fast.sampled_softmax_forward(*_inputs(np.float32, 1, True), MIXED)
    assert isinstance(saved, fast.FastSampledSoftmaxSaved)
    _, few = fast.sampled_softmax_row_gradients(1.0, saved)
    np.testing.assert_array_equal(few.rows, MIXED)


def test_smoothing_needs_a_mixed_sample() -> None:
    inputs = _inputs(np.float64, 1, True)
    fast.sampled_softmax_forward(*inputs, MIXED, label_smoothing=0.1)
    with pytest.raises(ValueError, match="hold every target"):
        fast.sampled_softmax_forward(*inputs, [1, 2], label_smoothing=0.1)
