"""Is what a profile points at what it rests on? Remove it, and see how far the answers move.

For each customer the session pointed at is taken out of the log, everything is computed anew, and
the change is measured as total variation: half the sum of absolute differences of two
distributions. For next purchases that session is the one most is copied from; for an interest, the
customer's strongest by evidence, the one that added most to it. The yardsticks are the removal of
the latest session, of the one that held most, and of one drawn at random. What was in season is
left as it was: one customer's session does not make a season.
"""

from dataclasses import dataclass

import numpy as np

from attention import softmax

from ..features.labels import category_counts
from ..log.sessions import Sessions
from ..model.trained import Trained
from ..serving.profiler import Profiler
from ..training.scoring import ask
from .metrics import bootstrap_interval
from .table import Table

_DRAWS = 3  # random removals a customer


@dataclass(frozen=True)
class Answers:
    """What the model says to Q questions, and the sessions it points at."""

    items: np.ndarray  # (Q, I) chances
    levels: np.ndarray  # (Q, C, 3) chances
    copied_from: list[np.ndarray]  # of each question: share of each known session, (known,)
    evidence: list[np.ndarray]  # of each question: what each known session added, (C, known)


def judge_faithfulness(
    trained: Trained, sessions: Sessions, users: np.ndarray, as_of: np.ndarray, rng: int = 0
) -> Table:
    """The change by removing the session pointed at, and by removing others.

    ``users`` (Q,), distinct, of at least three sessions before ``as_of`` (Q,).
    """
    draw = np.random.default_rng(rng)
    profiler = Profiler(trained, sessions)
    history, spec = profiler.history, profiler.spec
    known = history.known_sessions(users, as_of)
    users, as_of, known = users[known >= 3], as_of[known >= 3], known[known >= 3]
    answers = _answers(profiler, users, as_of)
    rows, first = np.arange(len(users)), history.user_offsets[users]
    chosen = np.array([added.max(1).argmax() for added in answers.evidence])  # a category each

    def change_without(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        without = _without(profiler, trained, sessions, users, places)
        new = _answers(without, users, as_of)
        moved = np.abs(answers.levels - new.levels)[rows, chosen].sum(1) / 2
        return np.abs(answers.items - new.items).sum(1) / 2, moved

    def most_of(category: int | None, row: int) -> int:
        sessions_known = np.arange(first[row], first[row] + known[row])
        held = category_counts(history, spec.category, len(spec.category_names), sessions_known)
        return int((held.sum(1) if category is None else held[:, category]).argmax())

    by_copying = change_without(np.array([shares.argmax() for shares in answers.copied_from]))[0]
    added_most = np.array([added[c].argmax() for added, c in zip(answers.evidence, chosen)])
    by_evidence = change_without(added_most)[1]
    latest = change_without(known - 1)
    fullest = change_without(np.array([most_of(None, int(row)) for row in rows]))[0]
    most_held = change_without(np.array([most_of(int(chosen[row]), int(row)) for row in rows]))[1]
    at_random = [change_without(draw.integers(known)) for _ in range(_DRAWS)]
    table = []
    for name, ours, others in (
        ("next purchases", by_copying, (latest[0], fullest, np.mean([r[0] for r in at_random], 0))),
        ("an interest", by_evidence, (latest[1], most_held, np.mean([r[1] for r in at_random], 0))),
    ):
        rival = max(others, key=lambda other: other.mean())
        low, high = bootstrap_interval(ours - rival, rng)
        table.append((name, (ours.mean(), *(other.mean() for other in others), low, high)))
    return Table(
        f"Change of the answers when one session is removed, {len(users):,} customers",
        ("pointed at", "the latest", "most held", "at random", "gap from", "gap to"),
        tuple(table),
    )


def _answers(profiler: Profiler, users: np.ndarray, as_of: np.ndarray) -> Answers:
    size = len(users)
    items = np.empty((size, len(profiler.spec.items)), np.float32)
    nothing = np.zeros(0)
    levels, copied_from, evidence = [nothing] * size, [nothing] * size, [nothing] * size
    for rows, batch in ask(profiler.featurizer, users, as_of):
        outputs, saved = profiler.model.forward(batch)
        items[rows] = softmax(outputs.items)
        chances = softmax(outputs.levels)
        past = profiler.featurizer.past_items(users[rows], as_of[rows])
        added = profiler.model.evidence(batch, saved.heads)
        mass = items[rows][past.question, past.item] * saved.heads.next_purchase.copy.share
        for row, place in enumerate(rows):
            known = int(batch.question.known[row])
            first = profiler.history.user_offsets[users[place]]
            copied = past.question == row
            copied_from[place] = np.bincount(past.session[copied] - first, mass[copied], known)
            evidence[place] = added[row, :, 1 : 1 + known]
            levels[place] = chances[row]
    return Answers(items, np.array(levels), copied_from, evidence)


def _without(
    profiler: Profiler,
    trained: Trained,
    sessions: Sessions,
    users: np.ndarray,
    places: np.ndarray,
) -> Profiler:
    """The profiler of the log without one session of each of ``users``, the season unchanged."""
    keep = np.ones(len(sessions), bool)
    keep[profiler.history.user_offsets[users] + places] = False
    return Profiler(trained, sessions.take(keep), season=profiler.featurizer.season)
