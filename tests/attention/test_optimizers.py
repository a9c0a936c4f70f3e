"""Adam, SGD, clipping and the schedule: what one step does to the parameters."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A


def _parameters(*shapes: tuple[int, ...], seed: int = 0) -> list[A.Parameter]:
    rng = np.random.default_rng(seed)
    parameters = []
    for shape in shapes:
        p = A.Parameter(rng.normal(size=shape))
        p.grad[...] = rng.normal(size=shape)
        parameters.append(p)
    return parameters


def test_adam_counts_a_step_once_however_many_tensors() -> None:
    """The first step moves every parameter by lr, whatever the size of its gradient."""
    parameters = _parameters((3,), (2, 2), (4,))
    before = [p.data.copy() for p in parameters]
    A.Adam(parameters, lr=0.1, eps=0).step()
    for p, old in zip(parameters, before, strict=True):
        np.testing.assert_allclose(old - p.data, 0.1 * np.sign(p.grad), rtol=1e-12)


def test_decay_spares_gains_and_biases() -> None:
    matrix, bias = _parameters((2, 2), (2,))
    for p in (matrix, bias):
        p.grad[...] = 0
    before = matrix.data.copy(), bias.data.copy()
    A.Adam([bias, matrix], lr=0.1, weight_decay=0.5).step()
    np.testing.assert_allclose(matrix.data, before[0] * 0.95)
    np.testing.assert_array_equal(bias.data, before[1])


def test_adam_works_through_vectors_longer_than_its_block() -> None:
    from attention.training.adam import BLOCK

    (long,) = _parameters((BLOCK + 7,))
    (tail,) = _parameters((7,))
    tail.data[...], tail.grad[...] = long.data[-7:], long.grad[-7:]
    for parameter in (long, tail):
        optimizer = A.Adam([parameter], lr=0.1)
        for _ in range(3):
            optimizer.step()
    np.testing.assert_array_equal(long.data[-7:], tail.data)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_optimisers_keep_the_dtype_and_save_their_state(dtype: Any) -> None:
    kinds: list[Any] = [A.Adam, lambda p: A.SGD(p, momentum=0.9)]
    for kind in kinds:
        layers = [A.Linear(3, 2, rng=0, dtype=dtype) for _ in range(2)]
        one, two = (kind(layer.parameters()) for layer in layers)
        for optimizer in (one, two):
            optimizer.buffer.grad[:] = 1
            optimizer.step()
        two.moments[next(iter(two.moments))][:] = 9
        two.load_state_dict(one.state_dict())
        one.step()
        two.step()
        np.testing.assert_array_equal(one.buffer.data, two.buffer.data)
        assert one.buffer.data.dtype == dtype
    with pytest.raises(ValueError, match="state must hold"):
        one.load_state_dict({"steps": 1})


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(1e-25, 1e25), max_norm=st.floats(1e-3, 1e3))
def test_clipping_reports_the_norm_before_and_leaves_at_most_max_norm(
    scale: float, max_norm: float
) -> None:
    parameters = _parameters((3, 2), (5,))
    for p in parameters:
        p.grad *= scale
    want = np.sqrt(sum((p.grad**2).sum() for p in parameters))
    before = [p.grad.copy() for p in parameters]
    norm = A.clip_grad_norm(parameters, max_norm)
    np.testing.assert_allclose(norm, want, rtol=1e-12)
    left = np.sqrt(sum((p.grad**2).sum() for p in parameters))
    np.testing.assert_allclose(left, min(want, max_norm), rtol=1e-9)
    if want <= max_norm:
        for p, old in zip(parameters, before, strict=True):
            np.testing.assert_array_equal(p.grad, old)


def test_clipping_survives_squares_beyond_float32() -> None:
    p = A.Parameter(np.zeros(2, np.float32))
    p.grad[:] = 3e25, 4e25
    assert A.clip_grad_norm([p], 1.0) == pytest.approx(5e25)
    np.testing.assert_allclose(p.grad, [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_clipping_refuses_what_is_not_finite(bad: float) -> None:
    parameters = _parameters((3,), (2,))
    parameters[0].grad[1] = bad
    before = parameters[1].grad.copy()
    with pytest.raises(FloatingPointError, match="the gradient norm is"):
        A.clip_grad_norm(parameters, 1.0)
    np.testing.assert_array_equal(parameters[1].grad, before)


def test_the_schedule_meets_its_three_points_and_never_jumps() -> None:
    rates = [A.warmup_cosine(step, 10, 50, 1.0, 0.1) for step in range(60)]
    assert rates[0] == 0
    assert rates[10] == max(rates) == 1.0
    assert rates[30] == pytest.approx(0.55)
    assert set(rates[50:]) == {0.1}
    assert max(abs(a - b) for a, b in pairwise(rates)) <= 0.1 + 1e-12
    assert A.warmup_cosine(0, 0, 5, 2.0) == 2.0
