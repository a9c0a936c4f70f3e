"""Is what a profile points at what it rests on? Remove it, and see how far the answers move.

For each customer the session with the most attention is taken out of the log, everything is
computed anew, and the change is measured as total variation: half the sum of absolute differences
of two distributions. The yardstick is the removal of another session of the same customer, drawn
at random. What was in season is left as it was: one customer's session does not make a season.
"""

from dataclasses import dataclass

import numpy as np

from attention import softmax

from ..log.sessions import Sessions
from ..model.trained import Trained
from ..serving.profiler import Profiler, attended_sessions
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
    looked_at: list[np.ndarray]  # of each question: share of each known session, (known,)


def judge_faithfulness(
    trained: Trained, sessions: Sessions, users: np.ndarray, as_of: np.ndarray, rng: int = 0
) -> Table:
    """The change by removing the most attended session, and by removing one at random.

    ``users`` (Q,), distinct, of at least three sessions before ``as_of`` (Q,).
    """
    draw = np.random.default_rng(rng)
    profiler = Profiler(trained, sessions)
    known = profiler.history.known_sessions(users, as_of)
    users, as_of, known = users[known >= 3], as_of[known >= 3], known[known >= 3]
    answers = _answers(profiler, users, as_of)

    def change_without(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        without = _without(profiler, trained, sessions, users, places)
        new = _answers(without, users, as_of)
        moved = np.abs(answers.levels - new.levels).sum(2).mean(1) / 2
        return np.abs(answers.items - new.items).sum(1) / 2, moved

    by_copying = change_without(np.array([shares.argmax() for shares in answers.copied_from]))[0]
    by_looking = change_without(np.array([shares.argmax() for shares in answers.looked_at]))[1]
    at_random = [change_without(draw.integers(known)) for _ in range(_DRAWS)]
    items_at_random = np.mean([items for items, _ in at_random], axis=0)
    levels_at_random = np.mean([levels for _, levels in at_random], axis=0)
    rows = []
    for name, attended, random in (
        ("next purchases", by_copying, items_at_random),
        ("interest levels", by_looking, levels_at_random),
    ):
        low, high = bootstrap_interval(attended - random, rng)
        rows.append((name, (attended.mean(), random.mean(), low, high)))
    return Table(
        f"Change of the answers when one session is removed, {len(users):,} customers",
        ("most attended", "at random", "gap from", "gap to"),
        tuple(rows),
    )


def _answers(profiler: Profiler, users: np.ndarray, as_of: np.ndarray) -> Answers:
    size = len(users)
    items = np.empty((size, len(profiler.vocabulary.items)), np.float32)
    levels: list = [None] * size
    copied_from: list = [None] * size
    looked_at: list = [None] * size
    for rows, batch in ask(profiler.reader, users, as_of):
        outputs, saved = profiler.model.forward(batch)
        items[rows] = softmax(outputs.items)
        chances = softmax(outputs.levels)
        past = profiler.reader.past_items(users[rows], as_of[rows])
        mass = items[rows][past.question, past.item] * saved.heads.next_purchase.copy.share
        for row, place in enumerate(rows):
            known = int(batch.question.known[row])
            first = profiler.history.user_offsets[users[place]]
            own = past.question == row
            copied_from[place] = np.bincount(past.session[own] - first, mass[own], known)
            looked_at[place] = attended_sessions(saved.heads, row, known)[:, 1:].mean(0)
            levels[place] = chances[row]
    return Answers(items, np.array(levels), copied_from, looked_at)


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
    return Profiler(trained, sessions.take(keep), season=profiler.reader.season)
