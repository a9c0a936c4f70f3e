"""How well the interest levels of a coming session are foreseen, beside what is easily said.

The rivals: the training majority of each category, the level of the last session repeated, and the
counts of a category in past sessions, each half as heavy as the next, cut into levels on
validation.
"""

import numpy as np

from ..features.history import History, ranges
from ..features.labels import category_counts, interest_levels
from ..log.split import Targets
from ..model.decisions import METRICS, decide
from ..model.interests import LEVELS
from ..serving.profiler import Profiler
from .metrics import classification_metrics
from .table import Table, verdict

_HALVED = 0.7  # what a count weighs, by each later session
_CUTS = np.linspace(0.05, 3, 60)


def judge_interests(
    profiler: Profiler, targets: Targets, train: np.ndarray, validation: Targets
) -> Table:
    """Accuracy, macro recall and F1 of the levels of all categories in the target sessions."""
    history, spec = profiler.history, profiler.spec
    C = len(spec.category_names)

    def levels(sessions: np.ndarray) -> np.ndarray:
        counts = category_counts(history, spec.category, C, sessions)
        return interest_levels(counts, spec.thresholds.high)

    actual = levels(targets.session)  # (Q, C)
    trained = levels(np.flatnonzero(train & history.purchase))
    tally = np.stack([(trained == level).sum(0) for level in range(len(LEVELS))])
    chances = profiler.levels(targets.user, targets.time)
    ours = {
        f"profile model, for {metric}": decide(chances, thresholds)
        for metric, thresholds in zip(METRICS, profiler.decisions.levels)
    }
    weights = decayed_counts(profiler, targets)
    cuts = _cuts(decayed_counts(profiler, validation), levels(validation.session))
    rivals = {
        "level of the last session": levels(_previous(history, targets.session)),
        **{
            f"decayed counts, for {metric}": (weights >= low).astype(int) + (weights >= high)
            for metric, (low, high) in zip(METRICS, cuts)
        },
        "majority of each category": np.broadcast_to(tally.argmax(0), actual.shape),
    }
    return Table(
        f"Interest levels ({', '.join(LEVELS)}) of {C} categories in {len(targets):,} sessions",
        ("accuracy", "macro recall", "macro F1"),
        tuple((name, classified(said, actual)) for name, said in {**ours, **rivals}.items()),
        tuple(
            verdict(metric, score, said, list(rivals.items()), actual)
            for metric, score, said in zip(METRICS, (macro_f1, accuracy), ours.values())
        ),
    )


def decayed_counts(profiler: Profiler, targets: Targets) -> np.ndarray:
    """Items of each category in the sessions before, the last with weight 1, (Q, C)."""
    history, category = profiler.history, profiler.spec.category
    size = len(profiler.spec.category_names)
    known = history.known_sessions(targets.user, targets.time)
    question, session = ranges(history.user_offsets[targets.user], known)
    buys = history.purchase[session]
    question, session = question[buys], session[buys]
    counts = np.bincount(question, minlength=len(targets))
    place = np.arange(len(question)) - np.repeat(np.cumsum(counts) - counts, counts)
    weight = _HALVED ** (counts[question] - 1 - place)
    held = np.log1p(category_counts(history, category, size, session)) * weight[:, None]
    sums = [np.bincount(question, column, len(targets)) for column in held.T]
    return np.stack(sums, axis=1)


def macro_f1(said: np.ndarray, actual: np.ndarray) -> float:
    return classification_metrics(said.ravel(), actual.ravel())["f1"]


def accuracy(said: np.ndarray, actual: np.ndarray) -> float:
    return float((said == actual).mean())


def classified(said: np.ndarray, actual: np.ndarray) -> tuple[float, float, float]:
    metrics = classification_metrics(said.ravel(), actual.ravel())
    return metrics["accuracy"], metrics["recall"], metrics["f1"]


def _previous(history: History, sessions: np.ndarray) -> np.ndarray:
    """The purchase session before each of ``sessions``, which have one."""
    latest = np.maximum.accumulate(np.where(history.purchase, np.arange(len(history.user)), -1))
    return latest[sessions - 1]


def _cuts(weights: np.ndarray, actual: np.ndarray) -> list[tuple[float, float]]:
    """For each of METRICS the best cuts: the lower by what is not low, then the higher."""
    chosen = []
    for score in (macro_f1, accuracy):
        low = max(_CUTS, key=lambda cut: score((weights >= cut).astype(int), np.minimum(actual, 1)))
        some = (weights >= low).astype(int)
        high = max(_CUTS[low <= _CUTS], key=lambda cut: score(some + (weights >= cut), actual))
        chosen.append((low, high))
    return chosen
