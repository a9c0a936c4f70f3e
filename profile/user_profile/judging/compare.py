"""Puts baselines and models through one protocol and prints one table.

Whatever has a ``name``, ``fit(history)`` and ``score(users, as_of)`` can be compared. Two
protocols: the items of each customer's last session, from all that happened before it; and
leave-one-out, where a log is a row of items and the last one is to be found.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import Targets
from ..tables import table
from .evaluate import Block, Judged, baskets_judge, evaluate, in_blocks
from .metrics import bootstrap_interval

# Told the name of a scorer, how many questions it has answered, and of how many.
OnBlock = Callable[[str, int, int], None]


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

    @property
    def metric(self) -> str:
        """The first metric, by which scorers are compared."""
        return next(iter(self.results[0].metrics))

    def verdict(self, *ours: str) -> str:
        """The first of ``ours`` against the best of all but ``ours``, in one sentence."""
        others = [result for result in self.results if result.name not in ours]
        rival = max(others, key=lambda result: result.mean(self.metric))
        gain, low, high = self.difference(ours[0], rival.name, self.metric)
        span = f"{gain:+.4f} {self.metric.upper()}, 95 % interval {low:+.4f} to {high:+.4f}"
        if low > 0:
            return f"The {ours[0]} beats {rival.name}, the best of the others: {span}."
        if high < 0:
            return f"The {ours[0]} loses to {rival.name}: {span}."
        return f"The {ours[0]} and {rival.name} cannot be told apart: {span}."

    def __str__(self) -> str:
        first, *names = self.results[0].metrics
        best = max(self.results, key=lambda result: result.mean(first))
        rows = []
        for result in self.results:
            low, high = bootstrap_interval(result.metrics[first], self.rng)
            behind = ""
            if result is not best:
                gap, least, most = self.difference(best.name, result.name, first)
                behind = f"{gap:.4f} ({least:+.4f} to {most:+.4f})"
            means = [result.mean(name) for name in names]
            head = (result.name, result.mean(first), f"{low:.4f}–{high:.4f}")
            rows.append((*head, *means, result.coverage, result.seconds, behind))
        columns = ("coverage", "s", f"behind the best by {first}")
        formats = {"coverage": ".1%", "s": ".1f"}
        header = ("", first, "95 % interval", *names, *columns)
        return table(header, rows, formats=formats, title=self.title)


def compare(
    scorers: Iterable[Scorer],
    sessions: Sessions,
    targets: Targets,
    *,
    k: int = 10,
    title: str = "Items of each customer's last session, all items ranked",
    rng: int = 0,
    on_block: OnBlock | None = None,
) -> Comparison:
    """Each scorer fitted on the dated log and asked at the start of each target session.

    The log holds the future too: a scorer must not look at what did not end before ``as_of``.
    """
    order = np.argsort(targets.time, kind="stable")

    judge = baskets_judge(targets, k)

    def run(scorer: Scorer) -> Result:
        def score(rows: np.ndarray) -> np.ndarray:
            return scorer.score(targets.user[rows], targets.time[rows])

        start = time.perf_counter()
        scorer.fit(sessions)
        blocks = in_blocks(score, order, len(sessions.events.items))
        judged = evaluate(told(blocks, scorer.name, len(order), on_block), judge, len(order), k)
        return Result(scorer.name, judged.metrics, judged.coverage, time.perf_counter() - start)

    return Comparison(title, tuple(run(scorer) for scorer in scorers), rng)


def compare_sessions_of_parts(
    scorers: Sequence[Mapping[int, Scorer]],
    parts: LogParts[Targets],
    items: int,
    *,
    k: int = 10,
    title: str = "",
    on_block: OnBlock | None = None,
) -> Comparison:
    """As `compare`, of a log in parts: scorers of each part, fitted already, answer for its own.

    What is found is put together in the order of the parts, one number a question, on all ranks.
    """

    def answered(number: int, scorer: Scorer) -> Judged:
        targets = parts.local[number]
        order = np.argsort(targets.time, kind="stable")

        def score(rows: np.ndarray) -> np.ndarray:
            return scorer.score(targets.user[rows], targets.time[rows])

        blocks = in_blocks(score, order, items)
        heard = told(blocks, scorer.name, len(order), on_block)
        return evaluate(heard, baskets_judge(targets, k), len(order), k)

    return Comparison(title, tuple(result_of_parts(parts, fitted, answered) for fitted in scorers))


def result_of_parts(
    parts: LogParts[Any],
    fitted: Mapping[int, Scorer],
    answered: Callable[[int, Scorer], Judged],
) -> Result:
    """What the scorers of the parts have found, put together."""
    start = time.perf_counter()
    line = parts.like(fitted)
    every = line.of_each(lambda n: (fitted[n].name, answered(n, fitted[n])))
    found = [(name, judged) for name, judged in every if judged.listed is not None]
    name, first = found[0]
    metrics = {
        metric: np.concatenate([judged.metrics[metric] for _, judged in found])
        for metric in first.metrics
    }
    listed = np.logical_or.reduce([judged.listed for _, judged in found])
    return Result(name, metrics, float(listed.mean()), time.perf_counter() - start)


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


def told(
    blocks: Iterable[Block], name: str, total: int, on_block: OnBlock | None
) -> Iterator[Block]:
    done = 0
    for rows, scores in blocks:
        yield rows, scores
        done += len(rows)
        if on_block is not None:
            on_block(name, done, total)
