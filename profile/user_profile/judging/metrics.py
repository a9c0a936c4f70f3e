"""How good a ranking or a prediction is, and how sure we are of a difference.

Ties. A ranking with equal scores is judged by its expected value when ties are broken at random:
exact for NDCG, recall and hit, and for all of `leave_one_out_metrics`. For the reciprocal rank of
several right answers the expected rank is put into the formula.
"""

import numpy as np
import scipy  # its parts load when they are first used

from ..errors import DataError


def ranking_metrics(
    scores: np.ndarray, item: np.ndarray, offsets: np.ndarray, k: int = 10
) -> dict[str, np.ndarray]:
    """NDCG, recall and hit at ``k`` and the reciprocal rank of each of Q rankings, (Q,) each.

    ``scores`` (Q, I), higher is better, -inf for what may not be recommended; the right answers
    of row q are the distinct ``item[offsets[q]:offsets[q + 1]]``. Recall divides by all right
    answers, even if they are more than ``k``. NDCG: Järvelin and Kekäläinen (2002), gains 0 and 1.
    """
    scores = _checked(scores)
    item, offsets = _distinct(item, offsets, scores.shape[1])
    relevant = np.diff(offsets)
    if (relevant < 1).any():
        raise ValueError("Every ranking needs at least one right answer.")
    queries, size = scores.shape
    k = min(k, size)
    row = np.repeat(np.arange(queries), relevant)
    score = scores[row, item]  # (P,)

    # Only the best k scores matter, and the tie that the cut at k goes through.
    best = -np.partition(-scores, k - 1, axis=1)[:, :k]
    cut = best.min(axis=1)
    at_cut = (scores == cut[:, None]).sum(axis=1)
    inside = (score >= cut[row]) & ~np.isneginf(score)
    row, score = row[inside], score[inside]
    above = (best[row] > score[:, None]).sum(axis=1)
    tied = (best[row] == score[:, None]).sum(axis=1)
    tied = np.where(score == cut[row], at_cut[row], tied)

    discounts = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    upper, lower = np.minimum(above + tied, k), np.minimum(above, k)
    gain = (discounts[upper] - discounts[lower]) / tied
    ideal = discounts[np.minimum(relevant, k)]
    listed = (upper - lower) / tied  # the chance that this answer is among the first k

    above_cut = (best > cut[:, None]).sum(axis=1)
    answers_at_cut = np.bincount(row[score == cut[row]], minlength=queries)
    surely = np.bincount(row[score > cut[row]], minlength=queries) > 0
    missed = _chance_of_none(at_cut, answers_at_cut, k - above_cut)
    return {
        f"ndcg@{k}": np.bincount(row, gain, queries) / ideal,
        f"recall@{k}": np.bincount(row, listed, queries) / relevant,
        f"hit@{k}": np.where(surely, 1.0, 1.0 - missed),
        "mrr": 1 / _first_rank(scores, item, offsets),
    }


def leave_one_out_metrics(
    scores: np.ndarray, item: np.ndarray, k: int = 10
) -> dict[str, np.ndarray]:
    """NDCG and hit at ``k`` and the reciprocal rank of one right ``item`` (Q,) in each row, (Q,).

    The mean over all orders of the item's ties: constant scores earn what chance does.
    """
    scores = _checked(scores)
    right = scores[np.arange(len(item)), item]
    above, tied = (scores > right[:, None]).sum(1), (scores == right[:, None]).sum(1)
    listed = ~np.isneginf(right)
    gains = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))])
    first, last = np.minimum(above, k), np.minimum(above + tied, k)
    digamma = scipy.special.digamma  # the sum of 1/rank over ranks above + 1 to above + tied
    inverse = (digamma(above + tied + 1.0) - digamma(above + 1.0)) / tied
    return {
        f"ndcg@{k}": np.where(listed, (gains[last] - gains[first]) / tied, 0.0),
        f"hit@{k}": np.where(listed, (last - first) / tied, 0.0),
        "mrr": np.where(listed, inverse, 0.0),
    }


def coverage(scores: np.ndarray, k: int = 10) -> np.ndarray:
    """Which of the I items are among the best ``k`` of any of the Q rankings, (I,) bool."""
    k = min(k, scores.shape[1])
    listed = np.zeros(scores.shape[1], dtype=bool)
    listed[np.argpartition(-scores, k - 1, axis=1)[:, :k]] = True
    return listed


def _checked(scores: np.ndarray) -> np.ndarray:
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(f"scores must be (rankings, items) and not empty, not {scores.shape}.")
    if np.isnan(scores).any():
        raise DataError("A score is NaN; rankings need numbers, with -inf for items left out.")
    return scores


def _distinct(item: np.ndarray, offsets: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The right answers without those that a row names again."""
    row = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    pair, first = np.unique(row * size + item, return_index=True)
    if len(pair) == len(item):
        return item, offsets
    first.sort()
    counts = np.bincount(row[first], minlength=len(offsets) - 1)
    return item[first], np.concatenate([[0], np.cumsum(counts)])


def _first_rank(scores: np.ndarray, item: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Expected rank, from 1, of the best right answer of each row, (Q,); inf if left out."""
    row = np.repeat(np.arange(len(scores)), np.diff(offsets))
    score = scores[row, item]
    best = np.maximum.reduceat(score, offsets[:-1])
    answers = np.bincount(row[score == best[row]], minlength=len(scores))
    above = (scores > best[:, None]).sum(axis=1)
    tied = (scores == best[:, None]).sum(axis=1)
    # The first of r answers among n places drawn at random stands at (n + 1) / (r + 1).
    return np.where(np.isneginf(best), np.inf, above + (tied + 1) / (answers + 1))


def _chance_of_none(places: np.ndarray, answers: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Chance that ``drawn`` of ``places`` hold none of ``answers`` (hypergeometric), (Q,)."""
    others = places - answers
    possible = others >= drawn
    others, rest = np.where(possible, others, 0), np.where(possible, drawn, 0)
    gammaln = scipy.special.gammaln
    log_chance = (
        gammaln(others + 1.0)
        - gammaln(others - rest + 1.0)
        - gammaln(places + 1.0)
        + gammaln(places - rest + 1.0)
    )
    return np.where(possible, np.exp(np.maximum(log_chance, -700.0)), 0.0)


def classification_metrics(predicted: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    """Accuracy, and precision, recall and F1 averaged over the classes that occur (macro).

    Both (N,) integer labels. A class that is never predicted has precision 0.
    """
    predicted, actual = np.asarray(predicted), np.asarray(actual)
    if predicted.shape != actual.shape or actual.size == 0:
        raise ValueError(
            f"predicted and actual need one shape, not {predicted.shape}, {actual.shape}."
        )
    classes, codes = np.unique(np.concatenate([predicted, actual]), return_inverse=True)
    said, true = codes[: actual.size], codes[actual.size :]
    right = np.bincount(true[said == true], minlength=len(classes))
    as_said = np.bincount(said, minlength=len(classes))
    as_true = np.bincount(true, minlength=len(classes))
    return {
        "accuracy": float(right.sum() / actual.size),
        "precision": float((right / np.maximum(as_said, 1)).mean()),
        "recall": float((right / np.maximum(as_true, 1)).mean()),
        "f1": float((2 * right / (as_said + as_true)).mean()),
    }


def auc(scores: np.ndarray, actual: np.ndarray) -> float:
    """Chance that a positive scores above a negative, ties counting one half (Mann-Whitney).

    ``scores`` (N,), ``actual`` (N,) boolean; NaN if only one class occurs.
    """
    scores, actual = np.asarray(scores), np.asarray(actual, dtype=bool)
    positives, negatives = int(actual.sum()), int((~actual).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, group, size = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(size) - (size - 1) / 2)[group]  # average rank from 1
    return float((rank[actual].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(probability: np.ndarray, actual: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap of stated and observed share over equal-width bins.

    ``probability`` (N,) in [0, 1], ``actual`` (N,) boolean. Naeini, Cooper and Hauskrecht (2015).
    """
    probability, actual = np.asarray(probability, float), np.asarray(actual, float)
    if probability.size == 0 or probability.min() < 0 or probability.max() > 1:
        raise ValueError("probability must hold at least one number, all between 0 and 1.")
    bin_of = np.minimum((probability * bins).astype(int), bins - 1)
    gap = np.bincount(bin_of, probability - actual, minlength=bins)
    return float(np.abs(gap).sum() / probability.size)


def bootstrap_interval(
    values: np.ndarray, rng: np.random.Generator | int, level: float = 0.95, samples: int = 2000
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of ``values`` (N,).

    Paired: give the differences of two models on the same N questions. Efron (1979).
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"values must be one number a question, (N,), not {values.shape}.")
    rng = np.random.default_rng(rng)
    size = values.size
    means = [values[rng.integers(size, size=size)].mean() for _ in range(samples)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
