"""Right answers to ex23 in other styles; each must pass."""

import math

import numpy as np
from grader import style


@style("loops", replaces="accuracy")
def accuracy_with_a_loop(y_true, y_pred):
    right = 0
    for true, predicted in zip(y_true, y_pred):
        right += int(true == predicted)
    return right / len(y_true) if len(y_true) else 0


@style("NumPy scalars come back", replaces="accuracy")
def accuracy_as_a_scalar(y_true, y_pred):
    return np.mean(y_true == y_pred) if y_true.size else np.float64(0)


@style("confusion matrix", replaces="precision_recall_f1")
def from_the_confusion_matrix(y_true, y_pred, n_classes):
    confusion = np.zeros((n_classes, n_classes))
    np.add.at(confusion, (y_true, y_pred), 1)
    right = confusion.diagonal()
    with np.errstate(invalid="ignore"):
        precision = np.nan_to_num(right / confusion.sum(axis=0))
        recall = np.nan_to_num(right / confusion.sum(axis=1))
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    return precision.mean(), recall.mean(), f1.mean()


@style("loops over classes", replaces="precision_recall_f1")
def class_by_class(y_true, y_pred, n_classes):
    precision = recall = f1 = 0.0
    for c in range(n_classes):
        both = sum(t == c and p == c for t, p in zip(y_true, y_pred))
        predicted, true = sum(p == c for p in y_pred), sum(t == c for t in y_true)
        p = both / predicted if predicted else 0.0
        r = both / true if true else 0.0
        precision, recall = precision + p, recall + r
        f1 += 2 * p * r / (p + r) if p + r else 0.0
    return precision / n_classes, recall / n_classes, f1 / n_classes


@style("sets", replaces="hit_rate_at_k")
def hit_rate_with_sets(ranked, relevant, k):
    if not ranked:
        return 0.0
    return float(
        np.mean([bool(set(items[:k]) & wanted) for items, wanted in zip(ranked, relevant)])
    )


@style("natural logarithm on both sides", replaces="ndcg_at_k")
def ndcg_in_nats(ranked, relevant, k):
    scores = []
    for items, wanted in zip(ranked, relevant):
        gained = ideal = 0.0
        for place in range(k):
            discount = 1 / math.log(place + 2)
            if place < len(items) and items[place] in wanted:
                gained += discount
            if place < len(wanted):
                ideal += discount
        scores.append(gained / ideal if ideal else 0.0)
    return math.fsum(scores) / len(scores) if scores else 0.0


@style("one matrix of hits for all users", replaces="ndcg_at_k")
def ndcg_as_a_matrix(ranked, relevant, k):
    hits = np.zeros((len(ranked), k), order="F")
    for user, (items, wanted) in enumerate(zip(ranked, relevant)):
        hits[user, : len(items[:k])] = [item in wanted for item in items[:k]]
    discount = np.reciprocal(np.log2(np.arange(2.0, k + 2)))
    ideals = np.concatenate([[0.0], np.cumsum(discount)])
    ideal = ideals[np.minimum(k, np.array([len(wanted) for wanted in relevant], dtype=int))]
    ratio = np.divide(hits @ discount, ideal, out=np.zeros(len(ranked)), where=ideal > 0)
    return ratio.sum() / max(len(ranked), 1)
