"""The fused cross-entropy equals the plain one, and its gradients the numerical ones."""

from functools import partial

import numpy as np
import pytest

from attention import check_gradients
from attention.fast import linear_cross_entropy as module
from attention.fast.linear_cross_entropy import (
    linear_cross_entropy_backward,
    linear_cross_entropy_forward,
)
from attention.ops import (
    cross_entropy_backward,
    cross_entropy_forward,
    linear_backward,
    linear_forward,
)

PAIR = linear_cross_entropy_forward, linear_cross_entropy_backward


def inputs(rows=7, items=11, width=3, spread=1.0, dtype=np.float64):
    rng = np.random.default_rng(0)
    arrays = (
        rng.normal(0, spread, (rows, width)),
        rng.normal(0, spread, (items, width)),
        rng.normal(0, spread, items),
    )
    return *(array.astype(dtype) for array in arrays), rng.integers(items, size=rows)


def plain(hidden, table, bias, targets, label_smoothing=0.0):
    logits, saved_linear = linear_forward(hidden, np.ascontiguousarray(table.T), bias)
    loss, saved = cross_entropy_forward(logits, targets, label_smoothing=label_smoothing)
    dlogits = cross_entropy_backward(np.ones_like(loss), saved)
    dhidden, dtable, dbias = linear_backward(dlogits, saved_linear)
    return loss, dhidden, dtable.T, dbias


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize(
    "spread", [0.5, 2.5, 6.0, 40.0], ids=["small", "looked at", "shifted", "folded"]
)
def test_equals_linear_then_cross_entropy(spread, smoothing):
    x = inputs(spread=spread)
    loss, saved = linear_cross_entropy_forward(*x, label_smoothing=smoothing)
    want = plain(*x, smoothing)
    for got, expected in zip((loss, *linear_cross_entropy_backward(np.float64(1), saved)), want):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11)


def test_each_way_through_is_taken():
    """The four cases above are what they are called: only "folded" has such biases."""
    ways = {0.5: (False, False, False), 2.5: (True, False, False), 6.0: (True, True, False),
            40.0: (True, True, True)}  # fmt: skip
    for spread, (large, shifted, folded) in ways.items():
        hidden, table, bias, _ = inputs(spread=spread)
        assert (module._bound(hidden) * module._bound(table) >= module.SMALL) == large
        assert (np.abs((hidden @ table.T).max(axis=1)).max() > module.SMALL) == shifted
        assert (np.ptp(bias) > module.SMALL) == folded


@pytest.mark.parametrize("correction", [None, np.linspace(0.1, 2.0, 11)])
@pytest.mark.parametrize("spread", [1.0, 12.0])
def test_gradients(spread, correction):
    forward = partial(linear_cross_entropy_forward, correction=correction)
    hidden, table, bias, targets = inputs(spread=spread)
    check_gradients((forward, PAIR[1]), (hidden / spread, table, bias, targets))


def test_gradients_with_label_smoothing():
    check_gradients(PAIR, inputs(), options={"label_smoothing": 0.1})


def test_chunks_do_not_change_the_result(monkeypatch):
    x = inputs(rows=50)
    whole = linear_cross_entropy_forward(*x)
    monkeypatch.setattr(module, "CHUNK", 40)  # three rows at a time
    parts = linear_cross_entropy_forward(*x)
    np.testing.assert_allclose(parts[0], whole[0], rtol=1e-12)
    for part, one in zip(parts[1], whole[1]):
        np.testing.assert_allclose(part, one, rtol=1e-10, atol=1e-15)


def test_a_corrected_sample_stands_for_all_items():
    """Over many samples of known chance, the sampled loss nears that over all items."""
    rng = np.random.default_rng(1)
    hidden, table, bias, targets = inputs(rows=5, items=200)
    full, _ = linear_cross_entropy_forward(hidden, table, bias, targets)
    chance = np.full(200, 0.5)
    losses = []
    for _ in range(300):
        chosen = np.union1d(np.flatnonzero(rng.random(200) < chance), targets)
        found, _ = linear_cross_entropy_forward(
            hidden, table[chosen], bias[chosen], np.searchsorted(chosen, targets),
            correction=-np.log(chance[chosen]),
        )  # fmt: skip
        losses.append(float(found))
    uncorrected, _ = linear_cross_entropy_forward(
        hidden, table[chosen], bias[chosen], np.searchsorted(chosen, targets)
    )
    assert abs(np.mean(losses) - full) < 0.05
    assert abs(uncorrected - full) > 0.3


def test_float32_stays_and_nothing_warns_or_overflows():
    x = inputs(spread=200.0, dtype=np.float32)
    with np.errstate(all="raise"):
        loss, saved = linear_cross_entropy_forward(*x)
        gradients = linear_cross_entropy_backward(np.float32(0.5), saved)
    assert loss.dtype == np.float32
    assert all(g.dtype == np.float32 and np.isfinite(g).all() for g in gradients)
    assert np.isfinite(loss)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({3: np.array([0] * 6 + [11])}, "0 … 10"),
        ({3: np.zeros(7)}, "integers"),
        ({2: np.zeros(5)}, "bias"),
        ({1: np.zeros((11, 4))}, "table"),
        ({0: np.zeros((0, 3))}, "hidden"),
    ],
)
def test_wrong_arguments_are_named(change, message):
    arguments = [change.get(k, value) for k, value in enumerate(inputs())]
    with pytest.raises((ValueError, TypeError), match=message):
        linear_cross_entropy_forward(*arguments)
