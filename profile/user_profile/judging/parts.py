"""Repeating and exploring told apart: one ranking, judged by the answers that were bought before,
and by those that were new.

Li, Jullien, Ariannezhad and de Rijke (2023), "A next basket recommendation reality check": a table
over both says little about the harder one.
"""

from collections.abc import Sequence

import numpy as np

from ..log.sessions import Sessions
from ..log.split import Targets
from .compare import Comparison, OnBlock, Scorer, compare

PARTS = ("bought before", "new")


def compare_parts(
    scorers: Sequence[Scorer],
    sessions: Sessions,
    targets: Targets,
    k: int = 10,
    on_block: OnBlock | None = None,
) -> list[Comparison]:
    """A table of each of PARTS; none of one without an answer. All items are ranked in both."""
    tables = []
    for part, chosen in zip(PARTS, told_apart(sessions, targets)):
        if len(chosen):
            title = f"Of these, the items {part}: {len(chosen):,} sessions hold some, all ranked"
            one = compare(scorers, sessions, chosen, k=k, title=title, on_block=on_block)
            tables.append(one)
    return tables


def told_apart(sessions: Sessions, targets: Targets) -> tuple[Targets, Targets]:
    """The answers that the customer had in a session that ended before the question, and the
    others; questions left without an answer fall out."""
    size = len(sessions.events.items)
    question = np.repeat(np.arange(len(targets)), np.diff(targets.offsets))
    place = np.full(len(sessions.user_offsets) - 1, -1)
    place[targets.user] = np.arange(len(targets))  # one question a customer
    session = sessions.session_of_row()
    asked = place[sessions.user[session]]
    past = (asked >= 0) & (sessions.end[session] < targets.time[asked])
    had = np.unique(asked[past] * size + sessions.events.item[past])
    known = np.isin(question * size + targets.item, had)
    return _only(targets, question, known), _only(targets, question, ~known)


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
