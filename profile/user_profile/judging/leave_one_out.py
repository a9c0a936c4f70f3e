"""Leave one out: a log is a row of items for each user, and the item left out is to be found."""

import time
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from attention.parallel.ranks import ALONE, Ranks

from ..errors import DataError
from ..log.parts import LogParts
from ..log.sessions import Sessions
from ..log.split import Targets
from .compare import Comparison, OnBlock, Result, Scorer, result_of_parts, told
from .evaluate import Judged, evaluate, in_blocks
from .metrics import leave_one_out_metrics

_NOTHING_TO_FIND = (
    "Every item asked for was seen before by its user, so filtering what was seen "
    "leaves nothing to find; rank what was seen too (--repeat, or filter_seen=False)."
)


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
    ranks: Ranks = ALONE,
    on_block: OnBlock | None = None,
) -> Comparison:
    """Each scorer fitted on all but the items asked for and what its user did after them.

    ``sessions`` are those of `single_event_sessions`. ``filter_seen`` keeps what a user already
    had out of the ranking. ``negatives`` ranks against so many unseen items drawn at random, the
    same for each scorer, instead of against all. ``ranks`` share the questions out, where none are
    drawn. Raises DataError if nobody's item can be found.
    """
    if negatives is not None:
        ranks = ALONE  # or other items would be drawn
    left = LeftOut(sessions, targets, filter_seen)
    if not left.new.any():
        raise DataError(_NOTHING_TO_FIND)

    def run(scorer: Scorer) -> Result:
        start = time.perf_counter()
        scorer.fit(left.history)
        draw = np.random.default_rng(rng)
        judged = left.answered_by(scorer, k, negatives, draw, ranks, on_block)
        return Result(scorer.name, judged.metrics, judged.coverage, time.perf_counter() - start)

    title = title or _title(len(targets), negatives)
    return Comparison(title, tuple(run(scorer) for scorer in scorers), rng)


def compare_parts_left_out(
    scorers: Sequence[Mapping[int, Scorer]],
    parts: LogParts["LeftOut"],
    *,
    k: int = 10,
    negatives: int | None = None,
    rng: int = 0,
    on_block: OnBlock | None = None,
) -> Comparison:
    """The same of a log in parts: scorers of each part, fitted already; each answers for its own.

    What is found is put together in the order of the parts, one number a question, on all ranks.
    """
    if not any(parts.of_each(lambda number: bool(parts.local[number].new.any()))):
        raise DataError(_NOTHING_TO_FIND)

    def answered(number: int, scorer: Scorer) -> Judged:
        draw = np.random.default_rng([rng, number])
        return parts.local[number].answered_by(scorer, k, negatives, draw, ALONE, on_block)

    results = tuple(result_of_parts(parts, fitted, answered) for fitted in scorers)
    size = sum(parts.of_each(lambda number: len(parts.local[number].targets)))
    return Comparison(_title(size, negatives), results, rng)


def _title(questions: int, negatives: int | None) -> str:
    against = "all" if negatives is None else f"{negatives} sampled"
    return f"Leave one out, {questions:,} users, {against} items ranked"


class LeftOut:
    """The questions of a log, what came before them, and how answers are judged."""

    def __init__(self, sessions: Sessions, targets: Targets, filter_seen: bool = True) -> None:
        self.targets, self.filter_seen = targets, filter_seen
        self.history = sessions.take(before(sessions, targets))
        self._bounds = self.history.offsets[self.history.user_offsets]
        self.new = np.ones(len(targets), bool)  # may the item be found?
        if filter_seen:
            pairs = zip(targets.user, targets.item)
            self.new = np.array([item not in self._seen(user) for user, item in pairs], bool)

    def answered_by(
        self,
        scorer: Scorer,
        k: int,
        negatives: int | None,
        draw: np.random.Generator,
        ranks: Ranks = ALONE,
        on_block: OnBlock | None = None,
    ) -> Judged:
        """What a fitted scorer finds; arguments as of `compare_leave_one_out`."""
        targets, size = self.targets, len(self.targets)

        def score(rows: np.ndarray) -> np.ndarray:
            when = (targets.time[rows],) if getattr(scorer, "asks_when", False) else ()
            scores = np.array(scorer.score(targets.user[rows], *when), dtype=np.float64)
            right = np.arange(len(rows)), targets.item[rows]
            kept = scores[right]
            if self.filter_seen:
                for row, user in enumerate(targets.user[rows]):
                    scores[row, list(self._seen(user))] = -np.inf
            if negatives is not None:
                scores = _only_sampled(scores, right, negatives, draw)
            # A right answer that was seen before stays filtered: it counts as not found.
            scores[right] = np.where(self.new[rows], kept, -np.inf)
            return scores

        def judge(rows: np.ndarray, scores: np.ndarray) -> dict[str, np.ndarray]:
            return leave_one_out_metrics(scores, targets.item[rows], k)

        blocks = in_blocks(score, np.arange(size), len(self.history.events.items), ranks)
        return evaluate(told(blocks, scorer.name, size, on_block), judge, size, k, ranks)

    def _seen(self, user: int) -> set[int]:
        return set(self.history.events.item[self._bounds[user] : self._bounds[user + 1]].tolist())


def before(sessions: Sessions, targets: Targets) -> np.ndarray:
    """The sessions (S,) bool left when each user's target session and later ones are taken out."""
    limit = sessions.user_offsets[1:].copy()
    limit[targets.user] = targets.session
    return np.arange(len(sessions)) < limit[sessions.user]


def _only_sampled(
    scores: np.ndarray,
    right: tuple[np.ndarray, np.ndarray],
    negatives: int,
    draw: np.random.Generator,
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
