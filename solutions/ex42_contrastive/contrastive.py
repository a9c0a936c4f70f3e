"""Reference of ex42: two cross-entropies over one array of cosines."""

import numpy as np


def info_nce(a: np.ndarray, b: np.ndarray, temperature: float) -> np.floating:
    """The partners stand on the diagonal of the scores; rows ask for b, columns for a."""
    scores = _unit(a)[0] @ _unit(b)[0].T / temperature
    rows, columns = _log_softmax(scores), _log_softmax(scores.T)
    return -(np.diagonal(rows) + np.diagonal(columns)).mean() / 2


def info_nce_backward(
    a: np.ndarray, b: np.ndarray, temperature: float
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax minus one-hot for both directions, then the product, then the two lengths."""
    (unit_a, length_a), (unit_b, length_b) = _unit(a), _unit(b)
    scores = unit_a @ unit_b.T / temperature  # (n, n)
    p = np.exp(_log_softmax(scores)) + np.exp(_log_softmax(scores.T)).T
    dscores = (p - 2 * np.eye(len(a), dtype=a.dtype)) / (2 * len(a))
    # scores = unit_a unit_bᵀ / temperature
    dunit_a = dscores @ unit_b / temperature
    dunit_b = dscores.T @ unit_a / temperature
    da = _unit_backward(dunit_a, unit_a, length_a)
    db = _unit_backward(dunit_b, unit_b, length_b)
    return da, db


def _unit(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of length 1 (n, d), and the lengths (n, 1) they had."""
    length = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return x / length, length


def _unit_backward(dunit: np.ndarray, unit: np.ndarray, length: np.ndarray) -> np.ndarray:
    """What points along the row changes its length alone, and is lost."""
    return (dunit - unit * np.sum(unit * dunit, axis=1, keepdims=True)) / length


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    scores = scores - scores.max(axis=1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
