"""ex28, the reference: from profiles to decisions."""

from collections.abc import Sequence

import numpy as np


def recommend(scores: np.ndarray, seen: np.ndarray, k: int) -> np.ndarray:
    """Take out what was seen, then cut off the best."""
    users, items = scores.shape
    order = np.argsort(np.where(seen, np.inf, -scores), axis=1, kind="stable")[:, :k]
    best = np.full((users, k), -1)
    best[:, : min(k, items)] = np.where(np.take_along_axis(seen, order, axis=1), -1, order)
    return best


def target_audience(
    probability: np.ndarray, consent: np.ndarray, value: float, cost: float, size: int
) -> np.ndarray:
    """The likeliest of those who consented and promise a gain."""
    worth = np.flatnonzero(consent & (probability * value > cost))
    return worth[np.argsort(-probability[worth], kind="stable")][:size]


def risk_score(history: np.ndarray, recent: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """The cross entropy of the recent events under the user's own smoothed profile."""
    total = history.sum(axis=1, keepdims=True) + alpha * history.shape[1]
    surprise = -np.log((history + alpha) / total)  # (users, categories), nats
    return (recent * surprise).sum(axis=1) / np.maximum(recent.sum(axis=1), 1)


def will_return(
    gaps: Sequence[Sequence[float]], since: Sequence[float], horizon: float
) -> np.ndarray:
    """The share of the pauses longer than this one that ended within the horizon."""
    shares = []
    for pauses, away in zip(gaps, since):
        longer = [pause for pause in pauses if pause > away]
        ended = sum(pause <= away + horizon for pause in longer)
        shares.append(ended / max(len(longer), 1))
    return np.array(shares, dtype=float)
