"""Embeddings of users, items and sessions with their original ids, for whatever comes after."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from attention.files import save_arrays

from ..log.events import Events
from ..log.sessions import group_sessions
from .recommender import Recommender

TABLES = ("users", "items", "sessions")
_USERS = 64  # whose sessions are read at a time
Table = tuple[list[str], np.ndarray]
OnBlock = Callable[[str, int, int], None] | None  # told what, and how many of how many are done


def export_tables(
    recommender: Recommender,
    events: Events,
    names: Sequence[str] = TABLES,
    *,
    on_block: OnBlock = None,
) -> dict[str, Table]:
    """Ids (N,) and vectors (N, E) of `names`, of a recommender that has `events` fitted.

    A user is the state after their last item; a session, named as in the log or else `user:1`,
    `user:2` …, that after its own last item; an item is its row of the table. A log without a
    clock and without session ids has one session a user.
    """
    read: dict[str, Callable[[], Table]] = {
        "users": lambda: _users(recommender, events),
        "items": lambda: _items(recommender),
        "sessions": lambda: _sessions(recommender, events, on_block),
    }
    return {name: read[name]() for name in names}


def write_npz(path: str | Path, tables: dict[str, Table]) -> None:
    """`users`, `items` and `sessions` (N, E), their ids as `user_ids` …, in one file."""
    arrays = {}
    for name, (ids, vectors) in tables.items():
        arrays[name], arrays[f"{name[:-1]}_ids"] = vectors, np.array(ids, dtype=np.str_)
    save_arrays(path, arrays)


def _users(recommender: Recommender, events: Events) -> Table:
    return list(events.users), recommender.user_states(np.arange(len(events.users)))


def _items(recommender: Recommender) -> Table:
    return list(recommender.trained.items), recommender.model.item.table.data.copy()


def _sessions(recommender: Recommender, events: Events, on_block: OnBlock) -> Table:
    gap = {} if events.timed else {"gap": len(events)}  # row numbers are no seconds
    sessions = group_sessions(events, **gap)
    given = sessions.events.session[sessions.offsets[:-1]]
    number = np.arange(len(sessions)) - sessions.user_offsets[sessions.user] + 1
    ids = [
        events.sessions[code] if code >= 0 else f"{events.users[user]}:{n}"
        for code, user, n in zip(given.tolist(), sessions.user.tolist(), number.tolist())
    ]
    codes = recommender.code[sessions.events.item]
    until = np.concatenate([[0], np.cumsum(codes >= 0)])[sessions.offsets]  # known items
    codes, first = codes[codes >= 0], sessions.user_offsets
    states = np.empty((len(sessions), recommender.model.sizes.embed_dim), np.float32)
    users = len(first) - 1
    for start in range(0, users, _USERS):
        part = range(start, min(start + _USERS, users))
        rows = [codes[until[first[user]] : until[first[user + 1]]] for user in part]
        ends = [until[first[user] + 1 : first[user + 1] + 1] - until[first[user]] for user in part]
        read = recommender.states_along(rows, recommender.features[part], ends)
        states[first[start] : first[part.stop]] = np.concatenate(read)
        if on_block is not None:
            on_block("sessions", int(first[part.stop]), len(sessions))
    return ids, states
