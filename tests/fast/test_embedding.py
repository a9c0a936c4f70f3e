"""Sums of gradients by id, as a sparse product: equal to the plain pair's, in any shape."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A
from attention import fast
from attention.fast import embedding
from attention.ops import sum_by_id

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
FEW = embedding.FEW
RNG = np.random.default_rng(0)


@pytest.fixture
def always_sparse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "FEW", 0)


@DTYPES
@pytest.mark.parametrize("rows", [1, 7, 3 * FEW])
@pytest.mark.parametrize("uses", [0, 1, FEW, FEW + 1, 2 * FEW])
def test_both_give_the_same_sums(uses: int, rows: int, dtype: Any) -> None:
    ids = RNG.zipf(1.3, uses) % rows
    values = RNG.normal(size=(uses, 3)).astype(dtype)
    with np.errstate(all="raise"):
        got, sums = fast.sum_by_id(ids, values)
    want, wanted = sum_by_id(ids, values)
    np.testing.assert_array_equal(got, want)
    assert sums.dtype == dtype
    np.testing.assert_allclose(sums, wanted, rtol=1e-4 if dtype == np.float32 else 1e-12, atol=1e-5)


@pytest.mark.usefixtures("always_sparse")
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_shape_agrees_with_the_plain_pair(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(), (0,), (5,), (2, 3), (2, 0, 4), (3, 2, 2)]))
    kind = data.draw(st.sampled_from([np.uint8, np.int32, np.int64]))
    rows, width = data.draw(st.integers(1, 9)), data.draw(st.integers(0, 4))
    ids = RNG.integers(0, rows, shape).astype(kind)
    _, saved = A.embedding_forward(ids, RNG.normal(size=(rows, width)))
    dout = RNG.normal(size=(*shape, width))
    got, want = (module.embedding_backward(dout, saved) for module in (fast, A))
    assert got.shape == want.shape == (rows, width)
    np.testing.assert_allclose(got, want, atol=1e-13)


@pytest.mark.usefixtures("always_sparse")
@pytest.mark.parametrize("target", [(A.embedding_forward, fast.embedding_backward), A.Embedding])
def test_it_passes_the_gradient_check(target: Any) -> None:
    ids = RNG.integers(0, 5, (3, 4))
    if target is A.Embedding:
        target, inputs = A.Embedding(5, 3, rng=0, dtype=np.float64), (ids,)
    else:
        inputs = ids, RNG.normal(size=(5, 3))
    A.check_gradients(target, inputs)
    A.check_gradients(target, inputs, method="complex")


def test_the_same_bits_every_time() -> None:
    ids, values = RNG.zipf(1.2, 4000) % 50, RNG.normal(size=(4000, 8)).astype(np.float32)
    first = fast.sum_by_id(ids, values)[1].tobytes()
    assert all(fast.sum_by_id(ids, values)[1].tobytes() == first for _ in range(5))


def test_a_gradient_that_is_not_finite_stays_in_its_row() -> None:
    ids, values = np.arange(2 * FEW) % 10, np.ones((2 * FEW, 2))
    values[3] = np.nan
    _, sums = fast.sum_by_id(ids, values)
    np.testing.assert_array_equal(np.isnan(sums).any(1), np.arange(10) == 3)


def test_nothing_of_the_caller_is_changed_and_any_layout_is_read() -> None:
    ids, values = RNG.integers(0, 9, (40, 50)).T, RNG.normal(size=(40, 50, 6)).swapaxes(0, 1)
    before = ids.copy(), values.copy()
    (_, got), (_, want) = fast.sum_by_id(ids, values), sum_by_id(ids, values)
    np.testing.assert_allclose(got, want, atol=1e-11)
    np.testing.assert_array_equal(ids, before[0])
    np.testing.assert_array_equal(values, before[1])


def test_it_refuses_what_the_plain_pair_refuses() -> None:
    ids = np.zeros(2 * FEW, int)
    with pytest.raises(ValueError, match="values must have shape"):
        fast.sum_by_id(ids, np.ones((FEW, 3)))
    _, saved = A.embedding_forward(ids, np.ones((4, 3)))
    with pytest.raises(ValueError, match="dout must have shape"):
        fast.embedding_backward(np.ones((FEW, 3)), saved)
