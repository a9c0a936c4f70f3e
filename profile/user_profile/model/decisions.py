"""From chances to words: the rules, chosen on validation, by which a level or band is said.

Levels are in an order, so a rule is two thresholds: "medium" from a chance of medium or more,
"high" from a chance of high. A point more or less moves a level by one step, never by two.
"""

from dataclasses import dataclass, field

import numpy as np

METRICS = ("macro F1", "accuracy")  # what a rule can be chosen for; the first is what is shown
AMOUNT_LEVELS = (0.1, 0.5, 0.9)  # low, middle and high: an interval of 80 % and its middle
OUTLOOK = ("returned", "cancelled", "spend")
_EVEN = np.array([0.5, 0.5])


@dataclass(frozen=True)
class Decisions:
    """Thresholds of each metric, how far amounts were off, what a customer is worth, and which
    answers were learned."""

    levels: np.ndarray = field(default_factory=lambda: np.tile(_EVEN, (2, 1)))  # (2, 2)
    spend: np.ndarray = field(default_factory=lambda: np.tile(_EVEN, (2, 1)))  # (2, 2)
    # Quantiles of log(spend) minus what was expected, at even steps; empty if never learned.
    residuals: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (R,)
    # p, q, γ of gamma-gamma, what an order is worth, (3,); empty if never learned.
    worth: np.ndarray = field(default_factory=lambda: np.zeros(0))
    # Of each of SPEND_BANDS that was said 90 days before the log's end: for how many customers the
    # interval of the amount held, and how many they were, (4, 2); (0, 2) if never measured.
    covered: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    taught: tuple[str, ...] = OUTLOOK  # what the log taught: of the others nothing is said


def level_rule(decisions: Decisions) -> dict[str, float | str]:
    """How levels of interest are said, as plain values."""
    medium, high = decisions.levels[0].tolist()
    return {"medium_from": medium, "high_from": high, "chosen_for": METRICS[0]}


def decide(chances: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Chances (..., 3) of ordered classes and thresholds (2,) -> the class said, (...)."""
    upper = chances[..., 2]
    some = chances[..., 1] + upper >= thresholds[0]
    return some.astype(np.int64) + (some & (upper >= thresholds[1]))


def decide_band(returned: np.ndarray, spend: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Chance of a return (...), chances (..., 4) of the bands -> band: nothing below one half.

    So nobody is said to return and to spend nothing.
    """
    given = spend[..., 1:] / np.maximum(spend[..., 1:].sum(-1, keepdims=True), 1e-9)
    return np.where(returned >= 0.5, 1 + decide(given, thresholds), 0)


def amount(
    returned: np.ndarray, expected_log: np.ndarray, residuals: np.ndarray, level: float
) -> np.ndarray:
    """The amount that spend stays below with chance `level`, (M,); 0 up to the chance of none.

    A mixture: nothing with chance 1 − `returned`, else exp(`expected_log` + a residual).
    """
    within = (level - (1 - returned)) / np.maximum(returned, 1e-9)
    steps = np.linspace(0, 1, len(residuals))
    off = np.interp(np.clip(within, 0, 1), steps, residuals)
    return np.where(within > 0, np.exp(np.minimum(expected_log + off, 60)), 0.0)


def best_thresholds(
    chances: np.ndarray,
    actual: np.ndarray,
    steps: int = 100,
    totals: np.ndarray | None = None,
) -> np.ndarray:
    """For each of METRICS the pair on a grid that does best on (N, 3) chances and classes (N,).

    A class of -1 is none of the three. `totals` (3,) counts those of each class, where not all
    of them are asked about.
    """
    upper, some = chances[:, 2], chances[:, 1] + chances[:, 2]
    cells = [np.minimum((p * steps).astype(np.int64), steps - 1) for p in (some, upper)]
    shape = 4, steps, steps
    places = np.ravel_multi_index((actual % 4, *cells), shape)  # class -1 is the last
    counts = np.bincount(places, minlength=4 * steps * steps).reshape(shape).astype(float)
    # In cell (i, j): how many would pass the thresholds i / steps and j / steps.
    high = counts[:, ::-1, ::-1].cumsum(1).cumsum(2)[:, ::-1, ::-1]
    more = np.broadcast_to(high[:, :, :1], high.shape)
    total = counts.sum((1, 2))[:, None, None]
    said = np.stack([total - more, more - high, high])  # (said, actual, i, j)
    right = np.stack([said[c, c] for c in range(3)])
    there = total[:3] if totals is None else totals[:, None, None]
    scores = {
        "macro F1": (2 * right / np.maximum(said.sum(1) + there, 1)).mean(0),
        "accuracy": right.sum(0),
    }
    best = [np.unravel_index(scores[name].argmax(), (steps, steps)) for name in METRICS]
    return np.array(best) / steps
