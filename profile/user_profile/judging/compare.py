"""Puts baselines and models through one protocol and prints one table.

Whatever has a ``name``, ``fit(history)`` and ``score(users, as_of)`` can be compared. Two
protocols: the items of each customer's last session, from all that happened before it; and
leave-one-out, where a log is a row of items and the last one is to be found.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ..errors import DataError
from ..log.sessions import Sessions
from ..log.split import Targets
from .metrics import bootstrap_interval, coverage, leave_one_out_metrics, ranking_metrics

_QUESTIONS = 512  # scored at a time: bounds the (questions × items) matrix


class Scorer(Protocol):
    """What can be compared. ``as_of`` None: everything in the history counts as past."""

    name: str

    def fit(self, history: Sessions) -> "Scorer": ...

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray: ...


class Result(NamedTuple):
    """How one scorer did on Q questions."""

    name: str
    metrics: dict[str, np.ndarray]  # (Q,) each
    coverage: float  # share of all items that are among the first ten of anybody
    seconds: float

    def mean(self, metric: str) -> float:
        return float(self.metrics[metric].mean())


@dataclass(frozen=True)
class Comparison:
    """Results on the same questions. ``str(comparison)`` is the table."""

    title: str
    results: tuple[Result, ...]
    rng: int = 0

    def __getitem__(self, name: str) -> Result:
        return next(result for result in self.results if result.name == name)

    def difference(self, ours: str, theirs: str, metric: str) -> tuple[float, float, float]:
        """Mean of ours minus theirs, with its paired 95 % bootstrap interval."""
        paired = self[ours].metrics[metric] - self[theirs].metrics[metric]
        return float(paired.mean()), *bootstrap_interval(paired, self.rng)

    def __str__(self) -> str:
        names = list(self.results[0].metrics)
        best = max(self.results, key=lambda result: result.mean(names[0]))
        width = max(len(result.name) for result in self.results)
        lines = [
            self.title,
            f"{'':{width}}  {names[0]:>8}  {'95 % interval':14}  "
            + "  ".join(f"{name:>9}" for name in names[1:])
            + f"  coverage     s  behind the best by {names[0]}",
        ]
        for result in self.results:
            low, high = bootstrap_interval(result.metrics[names[0]], self.rng)
            row = f"{result.name:{width}}  {result.mean(names[0]):8.4f}  {low:.4f}–{high:.4f}   "
            row += "  ".join(f"{result.mean(name):9.4f}" for name in names[1:])
            row += f"  {result.coverage:8.1%} {result.seconds:5.1f}"
            if result is not best:
                gap, low, high = self.difference(best.name, result.name, names[0])
                row += f"  {gap:.4f} ({low:+.4f} to {high:+.4f})"
            lines.append(row)
        return "\n".join(lines)


def compare(
    scorers: Iterable[Scorer],
    sessions: Sessions,
    targets: Targets,
    *,
    k: int = 10,
    title: str = "Items of each customer's last session, all items ranked",
    rng: int = 0,
) -> Comparison:
    """Each scorer fitted on the dated log and asked at the start of each target session.

    The log holds the future too: a scorer must not look at what did not end before ``as_of``.
    """
    order = np.argsort(targets.time, kind="stable")

    def run(scorer: Scorer) -> Result:
        def judge(rows: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
            part = targets.take(rows)
            return ranking_metrics(scores, part.item, part.offsets, k)

        def score(rows: np.ndarray) -> np.ndarray:
            return scorer.score(targets.user[rows], targets.time[rows])

        start = time.perf_counter()
        scorer.fit(sessions)
        return _run(scorer.name, order, score, judge, k, start)

    return Comparison(title, tuple(run(scorer) for scorer in scorers), rng)


def compare_leave_one_out(
    scorers: Iterable[Scorer],
    sessions: Sessions,
    targets: Targets,
    *,
    k: int = 10,
    filter_seen: bool = True,
    negatives: int | None = None,
    title: str = "",
    rng: int = 0,
) -> Comparison:
    """Each scorer fitted on all but the items asked for and what its user did after them.

    ``sessions`` are those of `single_event_sessions`. ``filter_seen`` keeps what a user already
    had out of the ranking. ``negatives`` ranks against so many unseen items drawn at random, the
    same for each scorer, instead of against all. Raises DataError if nobody's item can be found.
    """
    history = sessions.take(before(sessions, targets))
    seen = _seen_items(history)
    if filter_seen:
        new = np.array([item not in seen(user) for user, item in zip(targets.user, targets.item)])
        if not new.any():
            raise DataError(
                "Every item asked for was seen before by its user, so filtering what was seen "
                "leaves nothing to find; rank what was seen too (--repeat, or filter_seen=False)."
            )
    against = "all" if negatives is None else f"{negatives} sampled"
    title = title or f"Leave one out, {len(targets):,} users, {against} items ranked"

    def run(scorer: Scorer) -> Result:
        draw = np.random.default_rng(rng)

        def score(rows: np.ndarray) -> np.ndarray:
            scores = np.array(scorer.score(targets.user[rows]), dtype=np.float64)
            right = np.arange(len(rows)), targets.item[rows]
            kept = scores[right]
            if filter_seen:
                for row, user in enumerate(targets.user[rows]):
                    scores[row, list(seen(user))] = -np.inf
            if negatives is not None:
                scores = _only_sampled(scores, right, negatives, draw)
            # A right answer that was seen before stays filtered: it counts as not found.
            scores[right] = np.where(new[rows], kept, -np.inf) if filter_seen else kept
            return scores

        def judge(rows: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
            return leave_one_out_metrics(scores, targets.item[rows], k)

        start = time.perf_counter()
        scorer.fit(history)
        return _run(scorer.name, np.arange(len(targets)), score, judge, k, start)

    return Comparison(title, tuple(run(scorer) for scorer in scorers), rng)


def select(
    candidates: Sequence[Scorer], compare_on_validation: Callable[[list[Scorer]], Comparison]
) -> tuple[Scorer, float]:
    """The candidate with the best first metric, and that value.

    ``compare_on_validation`` must ask the validation questions; the test ones are for the table.
    """
    scored = []
    for candidate in candidates:
        result = compare_on_validation([candidate]).results[0]
        scored.append(result.mean(next(iter(result.metrics))))
    best = int(np.argmax(scored))
    return candidates[best], scored[best]


def before(sessions: Sessions, targets: Targets) -> np.ndarray:
    """The sessions (S,) bool left when each user's target session and later ones are taken out."""
    limit = sessions.user_offsets[1:].copy()
    limit[targets.user] = targets.session
    return np.arange(len(sessions)) < limit[sessions.user]


def _run(
    name: str, order: np.ndarray, score: Callable, judge: Callable, k: int, start: float
) -> Result:
    found: dict[str, np.ndarray] = {}
    listed = np.zeros(0, dtype=bool)
    for at in range(0, len(order), _QUESTIONS):
        rows = order[at : at + _QUESTIONS]
        scores = score(rows)
        for metric, values in judge(rows, scores).items():
            found.setdefault(metric, np.empty(len(order)))[rows] = values
        part = coverage(scores, k)
        listed = part if at == 0 else listed | part
    return Result(name, found, float(listed.mean()), time.perf_counter() - start)


def _seen_items(history: Sessions) -> Callable[[int], set[int]]:
    bounds = history.offsets[history.user_offsets]
    items = history.events.item

    def seen(user: int) -> set[int]:
        return set(items[bounds[user] : bounds[user + 1]].tolist())

    return seen


def _only_sampled(
    scores: np.ndarray, right: tuple, negatives: int, draw: np.random.Generator
) -> np.ndarray:
    """All but ``negatives`` random items of each row (those left out stay out) set to -inf."""
    ticket = draw.random(scores.shape)
    ticket[np.isneginf(scores)] = 2
    ticket[right] = 2
    negatives = min(negatives, scores.shape[1] - 1)
    drawn = np.argpartition(ticket, negatives - 1, axis=1)[:, :negatives]
    result = np.full_like(scores, -np.inf)
    np.put_along_axis(result, drawn, np.take_along_axis(scores, drawn, axis=1), axis=1)
    return result
