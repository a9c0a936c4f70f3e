"""ex23: the metrics by which profiles and recommendations are judged."""

from collections.abc import Hashable, Sequence

import numpy as np


def accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    """The share of right answers, from 0 to 1.

    y_true, y_pred: (n,) integer classes. No example at all: 0.
    """
    raise NotImplementedError


def precision_recall_f1(
    y_true: np.ndarray, y_pred: np.ndarray, n_classes: int
) -> tuple[float, float, float]:
    """Macro-averaged precision, recall and F1.

    y_true, y_pred: (n,) integers from 0 to n_classes - 1.
    Each of the three is worked out for every class, one class against the rest, then averaged
    over all n_classes with equal weight, classes that never occur included. F1 is the mean of the
    classes' F1 (the harmonic mean of a class's precision and recall). 0/0 is 0.
    """
    raise NotImplementedError


def hit_rate_at_k(
    ranked: Sequence[Sequence[Hashable]], relevant: Sequence[set[Hashable]], k: int
) -> float:
    """The share of users with at least one relevant item among their first k.

    ranked: a list of items a user, best first, no item twice; it may be shorter than k.
    relevant: a set of items a user, in the same order of users; it may be empty: no hit.
    k: at least 1. No users: 0.
    """
    raise NotImplementedError


def ndcg_at_k(
    ranked: Sequence[Sequence[Hashable]], relevant: Sequence[set[Hashable]], k: int
) -> float:
    """Normalised discounted cumulative gain, averaged over the users.

    Arguments as for `hit_rate_at_k`. A relevant item at place p (the first place is 1, p <= k)
    gains 1 / log2(p + 1), any other item 0. A user's gain is divided by that of an ideal list,
    which has min(k, number of relevant items) relevant items in front. 0/0 is 0, and such a
    user counts in the mean.
    """
    raise NotImplementedError
