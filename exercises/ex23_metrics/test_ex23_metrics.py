"""Checks of ex23: values of the four metrics first, then what is empty, rare or short."""

import numpy as np


def labels(rng, n, true_classes, predicted_classes):
    """n true and predicted labels, unevenly spread, about half of the predictions right."""
    y_true = rng.choice(true_classes, n, p=uneven(true_classes))
    y_pred = rng.choice(predicted_classes, n, p=uneven(predicted_classes))
    right = (rng.random(n) < 0.5) & np.isin(y_true, predicted_classes)
    return y_true, np.where(right, y_true, y_pred)


def uneven(classes):
    weights = 0.7 ** np.arange(len(classes))
    return weights / weights.sum()


def lists(rng, users=37, items=30, longest=12, most=9, fewest=1):
    """Ranked lists of 1 to `longest` items, and `fewest` to `most` relevant ones a user."""
    ranked = [rng.permutation(items)[: rng.integers(1, longest + 1)].tolist() for _ in range(users)]
    relevant = [
        set(rng.permutation(items)[: rng.integers(fewest, most + 1)].tolist()) for _ in range(users)
    ]
    return ranked, relevant


def test_accuracy_is_the_share_of_right_answers(check, rng):
    check("accuracy", *labels(rng, 53, [0, 1, 2, 3], [0, 1, 2, 3]))


def test_precision_recall_f1_when_every_class_occurs(check, rng):
    check("precision_recall_f1", *labels(rng, 61, [0, 1, 2, 3], [3, 0, 2, 1]), 4)


def test_hit_rate_of_full_lists(check, rng):
    ranked, relevant = lists(rng)
    check("hit_rate_at_k", ranked, relevant, 4)


def test_ndcg_of_full_lists(check, rng):
    ranked, relevant = lists(rng)
    check("ndcg_at_k", ranked, relevant, 7, says_="A list may be shorter than k.")
    ranked, relevant = lists(rng, users=23, items=40, longest=25, most=21)
    check("ndcg_at_k", ranked, relevant, 17)


def test_classes_without_examples_or_predictions_count(check, rng):
    y_true, y_pred = labels(rng, 67, [0, 1, 2, 3], [0, 4, 1, 2])  # 3, 4 one-sided; 5, 6 in neither
    check("precision_recall_f1", y_true, y_pred, 7, says_="0/0 is 0, and the class still counts")


def test_two_classes_are_still_averaged(check, rng):
    check("precision_recall_f1", *labels(rng, 43, [1, 0], [0, 1]), 2)


def test_users_without_relevant_items_count_in_the_hit_rate(check, rng):
    ranked, relevant = lists(rng, users=61, longest=15, most=4, fewest=0)
    relevant[5] = set()
    check("hit_rate_at_k", ranked, relevant, 3)


def test_users_without_relevant_items_count_in_the_ndcg(check, rng):
    ranked, relevant = lists(rng, most=4, fewest=0)
    relevant[3] = set()
    check("ndcg_at_k", ranked, relevant, 5)


def test_more_relevant_items_than_places(check, rng):
    ranked, relevant = lists(rng, most=16, fewest=5)
    check("ndcg_at_k", ranked, relevant, 3, says_="an ideal list has no more than k places")


def test_lists_shorter_than_k(check, rng):
    ranked, relevant = lists(rng, longest=5)
    check("ndcg_at_k", ranked, relevant, 8)
    check("hit_rate_at_k", ranked, relevant, 8)


def test_an_ideal_list_has_ndcg_one(check, rng):
    relevant = [set(rng.permutation(20)[:size].tolist()) for size in (1, 2, 3, 6, 9, 4)]
    ranked = [[*items, *range(20, 25)] for items in relevant]
    check("ndcg_at_k", ranked, relevant, 4)


def test_only_the_first_place(check, rng):
    ranked, relevant = lists(rng, users=47, items=12)
    check("hit_rate_at_k", ranked, relevant, 1)


def test_items_may_be_words(check, rng):
    ranked, relevant = lists(rng)
    named = [[f"item {item}" for item in items] for items in ranked]
    wanted = [{f"item {item}" for item in items} for items in relevant]
    check("ndcg_at_k", named, wanted, 6)
    check("hit_rate_at_k", named, wanted, 3)


def test_one_of_each(check):
    check("accuracy", np.array([2]), np.array([2]))
    check("precision_recall_f1", np.array([0, 1, 2, 2]), np.array([0, 2, 1, 2]), 3)
    check("precision_recall_f1", np.array([1]), np.array([1]), 3)
    check("hit_rate_at_k", [[4, 1, 3]], [{3, 5}], 3)
    check("ndcg_at_k", [[4, 1, 3]], [{3, 5}], 3)


def test_nothing_to_judge_is_zero(check):
    nothing = np.array([], dtype=int)
    check("accuracy", nothing, nothing)
    check("precision_recall_f1", nothing, nothing, 3)
    check("hit_rate_at_k", [], [], 5)
    check("ndcg_at_k", [], [], 5)


def test_inputs_are_unchanged(check, rng):
    y_true, y_pred = labels(rng, 59, [0, 1, 2, 3], [0, 4, 1, 2])
    ranked, relevant = lists(rng)
    check.unchanged("accuracy", y_true, y_pred)
    check.unchanged("precision_recall_f1", y_true, y_pred, 6)
    check.unchanged("hit_rate_at_k", ranked, relevant, 4)
    check.unchanged("ndcg_at_k", ranked, relevant, 7)
