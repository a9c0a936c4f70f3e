"""What tuned cross-entropy does by itself: the quick and the careful way, ignored rows, NaN."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A
from attention import fast

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
RNG = np.random.default_rng(0)
N, V = 7, 11
LOGITS, TARGETS = RNG.normal(size=(N, V)), RNG.integers(0, V, N)


def _both(logits: np.ndarray, targets: Any, **options: Any) -> list[tuple[Any, np.ndarray]]:
    """(loss, dlogits) of the tuned pair and of the plain one."""
    results = []
    for module in (fast, A):
        loss, saved = module.cross_entropy_forward(logits, targets, **options)
        results.append((loss, module.cross_entropy_backward(1.7, saved)))
    return results


def _agree(logits: np.ndarray, targets: Any, **options: Any) -> None:
    before = logits.copy()
    with np.errstate(all="raise"):
        (loss, dlogits), (want, dwant) = _both(logits, targets, **options)
    digits = 1e-5 if logits.dtype == np.float32 else 1e-13
    assert loss.dtype == dlogits.dtype == logits.dtype
    np.testing.assert_allclose(loss, want, rtol=digits, atol=digits)
    np.testing.assert_allclose(dlogits, dwant, rtol=2 * digits, atol=digits)
    np.testing.assert_array_equal(logits, before)


@DTYPES
@pytest.mark.parametrize("shift", [0.0, 1e2, -1e2, 1e4, -1e4])
@pytest.mark.parametrize("loudness", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"ignore_index": 3}])
def test_any_size_of_logits(shift: float, loudness: float, options: Any, dtype: Any) -> None:
    _agree((LOGITS * loudness + shift).astype(dtype), TARGETS, **options)


@DTYPES
def test_rows_of_very_different_size(dtype: Any) -> None:
    _agree((LOGITS + np.linspace(-90, 90, N)[:, None]).astype(dtype), TARGETS)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_shape_agrees_with_the_plain_pair(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(), (1,), (5,), (2, 3), (0,), (2, 0), (2, 1, 4)]))
    width = data.draw(st.integers(1, 5))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    logits = rng.normal(size=(*shape, width)) * data.draw(st.sampled_from([1, 50, 1000]))
    targets = rng.integers(-1, width, shape)
    options: dict[str, Any] = {"label_smoothing": data.draw(st.sampled_from([0.0, 0.3, 1.0]))}
    if data.draw(st.booleans()):
        options["ignore_index"] = -1
    else:
        targets = np.maximum(targets, 0)
    _agree(logits, targets, **options)


@DTYPES
def test_nothing_counts(dtype: Any) -> None:
    loss, dlogits = _both(LOGITS.astype(dtype), np.full(N, -1), ignore_index=-1)[0]
    assert loss == 0
    assert not dlogits.any()


@DTYPES
def test_a_hidden_item_has_no_gradient_and_a_hidden_target_an_endless_loss(dtype: Any) -> None:
    logits, targets = LOGITS.astype(dtype), np.zeros(N, int)
    logits[:, 4] = -np.inf
    _agree(logits, targets)
    targets[2] = 4
    (loss, dlogits), (want, dwant) = _both(logits, targets)
    assert loss == want == np.inf
    np.testing.assert_allclose(dlogits, dwant, atol=1e-6)


@DTYPES
@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_poison_stays_in_its_row_as_in_the_plain_pair(poison: float, dtype: Any) -> None:
    logits = LOGITS.astype(dtype)
    logits[3, 5] = poison
    for targets in (TARGETS, np.where(np.arange(N) == 3, -1, TARGETS)):
        with np.errstate(invalid="ignore"):
            (loss, dlogits), (want, dwant) = _both(logits, targets, ignore_index=-1)
        np.testing.assert_allclose(loss, want, rtol=1e-5)
        np.testing.assert_allclose(dlogits, dwant, atol=1e-5)


def test_backward_may_be_called_again() -> None:
    _, saved = fast.cross_entropy_forward(LOGITS, TARGETS, label_smoothing=0.1)
    first, second = (fast.cross_entropy_backward(2.0, saved) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    first[...] = np.nan
    np.testing.assert_array_equal(fast.cross_entropy_backward(2.0, saved), second)


@pytest.mark.parametrize("logits", [LOGITS[::-1], LOGITS.T.copy().T, LOGITS[:, ::2]])
def test_any_layout_of_memory(logits: np.ndarray) -> None:
    _agree(logits, TARGETS % logits.shape[1])


def test_it_refuses_what_the_plain_pair_refuses() -> None:
    for module in (fast, A):
        with pytest.raises(ValueError, match=r"targets must lie in 0 … 10"):
            module.cross_entropy_forward(LOGITS, TARGETS + V)
        with pytest.raises(ValueError, match="targets must have shape"):
            module.cross_entropy_forward(LOGITS, TARGETS[:2])
        with pytest.raises(ValueError, match="label_smoothing must lie in"):
            module.cross_entropy_forward(LOGITS, TARGETS, label_smoothing=1.5)
