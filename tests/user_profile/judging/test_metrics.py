"""Metrics against brute force and against values worked out by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from user_profile.errors import DataError
from user_profile.judging import evaluate as evaluator
from user_profile.judging.evaluate import mean_ndcg
from user_profile.judging.metrics import (
    auc,
    bootstrap_interval,
    calibration_error,
    classification_metrics,
    coverage,
    leave_one_out_metrics,
    ranking_metrics,
)
from user_profile.log.split import Targets


def over_all_orders(scores, answers, k):
    """NDCG, recall and hit at k averaged over every way of breaking ties."""
    found = []
    for order in itertools.permutations(range(len(scores))):
        if any(scores[a] < scores[b] for a, b in itertools.pairwise(order)):
            continue
        gains = [item in answers for item in order[:k]]
        ideal = sum(1 / np.log2(rank + 2) for rank in range(min(k, len(answers))))
        ndcg = sum(gain / np.log2(rank + 2) for rank, gain in enumerate(gains)) / ideal
        found.append((ndcg, sum(gains) / len(answers), any(gains)))
    return np.mean(found, axis=0)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=6),
    st.sets(st.integers(0, 5), min_size=1),
    st.integers(1, 4),
)
def test_ties_are_worth_their_expected_value_under_random_order(scores, answers, k):
    answers = sorted({answer % len(scores) for answer in answers})
    k = min(k, len(scores))
    got = ranking_metrics(
        np.array([scores], float), np.array(answers), np.array([0, len(answers)]), k
    )
    expected = over_all_orders(scores, set(answers), k)
    assert [got[f"{name}@{k}"][0] for name in ("ndcg", "recall", "hit")] == pytest.approx(expected)


def test_a_ranking_by_hand():
    scores = np.array([[0.9, 0.1, 0.8, 0.7], [0.1, 0.2, 0.3, 0.4]])
    got = ranking_metrics(scores, np.array([2, 1, 3]), np.array([0, 2, 3]), k=2)
    ideal = 1 + 1 / np.log2(3)
    assert got["ndcg@2"] == pytest.approx([1 / np.log2(3) / ideal, 1])
    assert got["recall@2"] == pytest.approx([0.5, 1])
    assert got["hit@2"] == pytest.approx([1, 1])
    assert got["mrr"] == pytest.approx([0.5, 1])


def test_each_row_is_judged_by_itself():
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 5, (20, 30)).astype(np.float32)
    parts = [rng.choice(30, rng.integers(1, 12), replace=False) for _ in range(20)]
    offsets = np.cumsum([0] + [len(part) for part in parts])
    together = ranking_metrics(scores, np.concatenate(parts), offsets)
    for row, part in enumerate(parts):
        alone = ranking_metrics(scores[row : row + 1], part, np.array([0, len(part)]))
        for name, values in alone.items():
            assert together[name][row] == pytest.approx(values[0])


def test_one_right_answer_is_worth_its_mean_over_all_orders_of_its_ties():
    scores = np.array([[5, 3, 3, 3, 0.0], [1, 1, 1, 1, 1.0], [0, 9, 0, 0, 0.0]])
    got = leave_one_out_metrics(scores, np.array([2, 0, 1]), k=3)
    discount = 1 / np.log2(np.arange(2, 5))
    assert got["mrr"] == pytest.approx([(1 / 2 + 1 / 3 + 1 / 4) / 3, 137 / 300, 1])
    assert got["hit@3"] == pytest.approx([2 / 3, 3 / 5, 1])
    assert got["ndcg@3"] == pytest.approx([discount[1:].sum() / 3, discount.sum() / 5, 1])


def test_constant_scores_earn_what_chance_does():
    scores, item = np.zeros((1, 15)), np.array([7])
    assert leave_one_out_metrics(scores, item)["hit@10"] == pytest.approx([10 / 15])
    assert ranking_metrics(scores, item, np.array([0, 1]))["hit@10"] == pytest.approx([10 / 15])


def test_an_answer_named_twice_counts_once():
    scores = np.array([[3.0, 2.0, 1.0, 0.0], [0.0, 3.0, 2.0, 1.0]])
    twice = ranking_metrics(scores, np.array([1, 0, 1, 2, 2]), np.array([0, 3, 5]), k=2)
    once = ranking_metrics(scores, np.array([1, 0, 2]), np.array([0, 2, 3]), k=2)
    assert {name: list(v) for name, v in twice.items()} == {n: list(v) for n, v in once.items()}
    assert max(max(values) for values in twice.values()) <= 1


def test_items_left_out_of_the_ranking_are_not_found():
    scores = np.array([[-np.inf, 1.0, 0.0]])
    assert ranking_metrics(scores, np.array([2]), np.array([0, 1]), k=2)["mrr"][0] == 0.5
    assert leave_one_out_metrics(scores, np.array([1]), k=3)["mrr"][0] == 1
    for found in (
        leave_one_out_metrics(scores, np.array([0]), k=3),
        ranking_metrics(scores, np.array([0]), np.array([0, 1]), k=3),
    ):
        assert all(values[0] == 0 for values in found.values())


def test_rankings_that_cannot_be_judged_are_refused():
    with pytest.raises(DataError, match="NaN"):
        ranking_metrics(np.array([[np.nan, 1]]), np.array([0]), np.array([0, 1]))
    with pytest.raises(ValueError, match="at least one right answer"):
        ranking_metrics(np.ones((2, 3)), np.array([0]), np.array([0, 1, 1]))
    with pytest.raises(ValueError, match="not empty"):
        leave_one_out_metrics(np.ones((0, 3)), np.array([], int))


def test_ranking_metrics_raise_no_floating_point_flag():
    with np.errstate(all="raise"):
        scores = np.zeros((3, 4000), dtype=np.float32)
        got = ranking_metrics(scores, np.arange(3000), np.array([0, 1000, 2000, 3000]), k=2000)
    assert got["recall@2000"] == pytest.approx([0.5] * 3)


def test_coverage_marks_what_anybody_is_shown():
    assert coverage(np.array([[3, 2, 1, 0.0], [3, 0, 2, 1.0]]), k=2).tolist() == [1, 1, 1, 0]


def test_classification_by_hand():
    got = classification_metrics(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 2]))
    assert got["accuracy"] == pytest.approx(3 / 5)
    assert got["precision"] == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
    assert got["recall"] == pytest.approx((1 + 2 / 3 + 0) / 3)
    assert got["f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=30))
def test_auc_counts_pairs_and_halves_ties(rows):
    scores, actual = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[actual] for b in scores[~actual]]
    if pairs:
        assert auc(scores, actual) == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(auc(scores, actual))


def test_calibration_error_by_hand():
    probability = np.array([0.05, 0.05, 0.95, 1.0])
    # |0.1 - 1| / 4 in the first bin, |1.95 - 1| / 4 in the last
    actual = np.array([0, 1, 1, 0])
    assert calibration_error(probability, actual) == pytest.approx((0.9 + 0.95) / 4)
    assert calibration_error(np.array([0.0, 1.0]), np.array([0, 1])) == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration_error(np.array([1.2]), np.array([1]))


def test_the_bootstrap_interval_agrees_with_the_normal_one_and_repeats_itself():
    values = np.random.default_rng(1).normal(0.3, 2.0, size=1500)
    low, high = bootstrap_interval(values, rng=0)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.02)
    assert bootstrap_interval(values, rng=0) == (low, high)
    assert bootstrap_interval(np.ones(5), rng=0) == (1, 1)
    with pytest.raises(ValueError, match="one number a question"):
        bootstrap_interval(np.array([]), rng=0)


def test_the_mean_ndcg_of_few_items_is_that_of_all():
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]])
    first = np.zeros(2, np.int64)
    targets = Targets(first, first, first, np.array([0, 0]), np.array([0, 1, 2]))
    blocks = [(np.array([1]), scores[1:]), (np.array([0]), scores[:1])]
    assert mean_ndcg(blocks, targets) == pytest.approx((1 + 1 / np.log2(4)) / 2)


def test_many_items_are_scored_in_blocks_of_few_questions(monkeypatch):
    order, seen = np.arange(20)[::-1], []

    def score(rows):
        seen.append(len(rows))
        return rows[:, None] + np.arange(9.0)

    monkeypatch.setattr(evaluator, "_CELLS", 30)
    judged = evaluator.evaluate(
        evaluator.in_blocks(score, order, items=9),
        lambda rows, scores: {"first": scores[:, 0], "row": rows},
        questions=20,
        k=2,
    )
    assert max(seen) * 9 <= 30
    assert sum(seen) == 20
    assert judged.metrics["first"].tolist() == judged.metrics["row"].tolist() == list(range(20))
    assert judged.coverage == 2 / 9
