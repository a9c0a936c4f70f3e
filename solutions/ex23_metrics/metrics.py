"""ex23, the reference: the metrics by which profiles and recommendations are judged."""

from collections.abc import Hashable, Sequence

import numpy as np


def accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """The share of right answers."""
    return float(np.sum(y_true == y_pred)) / max(len(y_true), 1)


def precision_recall_f1(
    y_true: np.ndarray, y_pred: np.ndarray, n_classes: int
) -> tuple[float, float, float]:
    """Count class by class, divide class by class, then average."""
    true = np.bincount(y_true, minlength=n_classes)
    predicted = np.bincount(y_pred, minlength=n_classes)
    both = np.bincount(y_true[y_true == y_pred], minlength=n_classes)

    precision = both / np.maximum(predicted, 1)  # where the count is 0, so is `both`
    recall = both / np.maximum(true, 1)
    f1 = 2 * both / np.maximum(true + predicted, 1)  # 2PR / (P + R), with the ratios cleared
    return float(precision.mean()), float(recall.mean()), float(f1.mean())


def hit_rate_at_k(
    ranked: Sequence[Sequence[Hashable]], relevant: Sequence[set[Hashable]], k: int
) -> float:
    """The share of users with a relevant item among their first k."""
    hits = [any(item in wanted for item in items[:k]) for items, wanted in zip(ranked, relevant)]
    return sum(hits) / max(len(hits), 1)


def ndcg_at_k(
    ranked: Sequence[Sequence[Hashable]], relevant: Sequence[set[Hashable]], k: int
) -> float:
    """A ratio a user, then the mean over the users."""
    discount = 1 / np.log2(np.arange(1, k + 1) + 1)
    total = 0.0
    for items, wanted in zip(ranked, relevant):
        if wanted:
            hits = [item in wanted for item in items[:k]]
            total += discount[: len(hits)] @ hits / discount[: len(wanted)].sum()
    return float(total) / max(len(ranked), 1)
