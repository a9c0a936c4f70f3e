"""Sampled softmax: all items in the sample give the full softmax, a few give it on average."""

from typing import Any

import numpy as np
import pytest

import attention as A

N, V, E = 6, 12, 4
RNG = np.random.default_rng(0)
HIDDEN, TABLE, BIAS = RNG.normal(size=(N, E)), RNG.normal(size=(V, E)), RNG.normal(size=V)
TARGETS = RNG.integers(0, V, N)


@pytest.mark.parametrize("bias", [BIAS, None])
@pytest.mark.parametrize("order", [np.arange(V), RNG.permutation(V)])
def test_all_items_give_the_full_cross_entropy(order: np.ndarray, bias: Any) -> None:
    logits, saved_linear = A.linear_forward(HIDDEN, TABLE.T, bias)
    want, saved_loss = A.cross_entropy_forward(logits, TARGETS)
    dhidden, dw, dbias = A.linear_backward(A.cross_entropy_backward(0.7, saved_loss), saved_linear)

    loss, saved = A.sampled_softmax_forward(HIDDEN, TABLE, bias, TARGETS, order)
    gradients = A.sampled_softmax_backward(0.7, saved)
    assert loss == pytest.approx(want, rel=1e-13)
    for got, wanted in zip(gradients, (dhidden, dw.T, dbias), strict=True):
        if wanted is None:
            assert got is None
        else:
            np.testing.assert_allclose(got, wanted, atol=1e-14)


def test_the_sum_over_a_sample_is_right_on_average() -> None:
    """Drawn with any odds, with replacement: exp(loss + score of the target) estimates Σ exp."""
    odds = RNG.dirichlet(np.ones(V))
    scores = TABLE @ HIDDEN[0] + BIAS
    sums = []
    for _ in range(4000):
        sampled = RNG.choice(V, 8, p=odds)
        loss, _ = A.sampled_softmax_forward(
            HIDDEN[:1], TABLE, BIAS, TARGETS[:1], sampled, np.log(8 * odds[sampled])
        )
        sums.append(np.exp(loss + scores[TARGETS[0]]))
    error = np.std(sums) / np.sqrt(len(sums))
    assert abs(np.mean(sums) - np.exp(scores).sum()) < 4 * error
    assert error < 0.05 * np.exp(scores).sum()


def test_a_sample_taken_for_uniform_where_nothing_else_is_said() -> None:
    sampled = np.array([1, 5, 5, 9])
    one, two = (
        A.sampled_softmax_forward(HIDDEN, TABLE, BIAS, TARGETS, sampled, log_expected)[0]
        for log_expected in (None, np.full(4, np.log(4 / V)))
    )
    assert one == pytest.approx(two, rel=1e-15)


def test_a_target_that_was_drawn_too_is_not_counted_twice() -> None:
    target = TARGETS[:1]
    sampled = np.array([target[0], (target[0] + 1) % V, target[0]])
    got, saved = A.sampled_softmax_forward(HIDDEN[:1], TABLE, BIAS, target, sampled, np.zeros(3))
    want, _ = A.sampled_softmax_forward(HIDDEN[:1], TABLE, BIAS, target, sampled[1:2], np.zeros(1))
    assert got == pytest.approx(want, rel=1e-15)
    scores = HIDDEN[0] @ TABLE[[target[0], sampled[1]]].T + BIAS[[target[0], sampled[1]]]
    assert got == pytest.approx(np.logaddexp(*scores) - scores[0], rel=1e-13)
    assert A.sampled_softmax_row_gradients(1.0, saved)[1].rows.tolist() == sorted(set(sampled))


def test_gradients_of_few_rows_are_those_of_the_whole_table() -> None:
    _, saved = A.sampled_softmax_forward(HIDDEN, TABLE, BIAS, TARGETS, [3, 1, 3])
    dhidden, dtable, dbias = A.sampled_softmax_backward(2.0, saved)
    same, few = A.sampled_softmax_row_gradients(2.0, saved)
    np.testing.assert_array_equal(same, dhidden)
    np.testing.assert_array_equal(dtable[few.rows], few.table)
    np.testing.assert_array_equal(dbias[few.rows], few.bias)
    others = np.setdiff1d(np.arange(V), few.rows)
    assert not dtable[others].any()
    assert not dbias[others].any()


def test_what_is_not_in_the_sample_is_not_read() -> None:
    table, bias = TABLE.copy(), BIAS.copy()
    away = np.setdiff1d(np.arange(V), [*TARGETS, 2])
    table[away], bias[away] = np.nan, np.nan
    loss, saved = A.sampled_softmax_forward(HIDDEN, table, bias, TARGETS, [2])
    gradients = A.sampled_softmax_backward(1.0, saved)
    assert np.isfinite(loss)
    assert all(np.isfinite(g).all() for g in gradients if g is not None)


@pytest.mark.parametrize("n", [0, N])
def test_no_sample_and_no_positions(n: int) -> None:
    loss, saved = A.sampled_softmax_forward(HIDDEN[:n], TABLE, BIAS, TARGETS[:n], [])
    assert loss == 0
    assert not any(np.any(g) for g in A.sampled_softmax_backward(1.0, saved))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hidden": HIDDEN[0]}, r"hidden must have shape \(N, E\)"),
        ({"table": TABLE[:, 1:]}, r"table must have shape \(12, 4\)"),
        ({"bias": BIAS[1:]}, r"bias must have shape \(12,\)"),
        ({"targets": TARGETS[1:]}, r"targets must have shape \(6,\)"),
        ({"targets": TARGETS + V}, "targets must lie in 0 … 11"),
        ({"sampled": [[1]]}, r"sampled must have shape \(1,\)"),
        ({"sampled": [-1]}, "sampled must lie in 0 … 11"),
        ({"log_expected": np.zeros(2)}, r"log_expected must have shape \(1,\)"),
    ],
)
def test_errors_name_the_argument(changed: dict[str, Any], message: str) -> None:
    right = {"hidden": HIDDEN, "table": TABLE, "bias": BIAS, "targets": TARGETS, "sampled": [4]}
    with pytest.raises(ValueError, match=message):
        A.sampled_softmax_forward(**{**right, **changed})
