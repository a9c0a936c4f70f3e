"""Repeating and exploring told apart: one ranking, judged by the answers that were bought before,
and by those that were new; and a list of new items alone, as `recommend --new-only` gives.

Li, Jullien, Ariannezhad and de Rijke (2023), "A next basket recommendation reality check": a table
over both says little about the harder one.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np

from ..features.history import ranges
from ..log.sessions import Sessions
from ..log.split import Targets
from .compare import Comparison, OnBlock, Scorer, compare

PARTS = ("bought before", "new")


class AmongNew:
    """A scorer whose list leaves out what the customer had in a session that ended before."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer, self.name = scorer, scorer.name

    def fit(self, history: Sessions) -> Self:
        self.scorer.fit(history)
        self.sessions = history
        return self

    def score(self, users: np.ndarray, as_of: np.ndarray | None = None) -> np.ndarray:
        scores = np.array(self.scorer.score(users, as_of))
        scores[had_before(self.sessions, users, as_of)] = -np.inf
        return scores


def compare_old_and_new(
    scorers: Sequence[Scorer],
    sessions: Sessions,
    targets: Targets,
    k: int = 10,
    on_block: OnBlock | None = None,
) -> list[Comparison]:
    """A table of each of PARTS, all items ranked, and of the new among the new alone; none of one
    without an answer."""
    old, new = told_apart(sessions, targets)
    alone = [AmongNew(scorer) for scorer in scorers]
    rankings: list[tuple[str, str, Targets, Sequence[Scorer]]] = [
        (PARTS[0], "all ranked", old, scorers),
        (PARTS[1], "all ranked", new, scorers),
        (PARTS[1], "only what was never bought ranked", new, alone),
    ]
    tables = []
    for part, ranked, chosen, judged in rankings:
        if len(chosen):
            title = f"Of these, the items {part}: {len(chosen):,} sessions hold some, {ranked}"
            tables.append(compare(judged, sessions, chosen, k=k, title=title, on_block=on_block))
    return tables


def told_apart(sessions: Sessions, targets: Targets) -> tuple[Targets, Targets]:
    """The answers that the customer had in a session that ended before the question, and the
    others; questions left without an answer fall out."""
    size = len(sessions.events.items)
    question = np.repeat(np.arange(len(targets)), np.diff(targets.offsets))
    row, item = had_before(sessions, targets.user, targets.time)
    known = np.isin(question * size + targets.item, row * size + item)
    return _only(targets, question, known), _only(targets, question, ~known)


def had_before(
    sessions: Sessions, users: np.ndarray, as_of: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a row of `users` (Q,) and an item of a session that ended before `as_of` (Q,), or of
    any."""
    first = sessions.user_offsets[users]
    row, session = ranges(first, sessions.user_offsets[users + 1] - first)
    if as_of is not None:
        past = sessions.end[session] < as_of[row]
        row, session = row[past], session[past]
    begin = sessions.offsets[session]
    which, behaviour = ranges(begin, sessions.offsets[session + 1] - begin)
    return row[which], sessions.events.item[behaviour]


def _only(targets: Targets, question: np.ndarray, keep: np.ndarray) -> Targets:
    counts = np.bincount(question[keep], minlength=len(targets))
    rows = counts > 0
    offsets = np.concatenate([[0], np.cumsum(counts[rows])])
    return Targets(
        targets.user[rows],
        targets.time[rows],
        targets.session[rows],
        targets.item[keep],
        offsets,
    )
