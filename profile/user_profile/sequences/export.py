"""Embeddings of users, items and sessions with their original ids, for whatever comes after."""

from pathlib import Path

import numpy as np

from attention.files import save_arrays

from ..log.events import Events
from ..log.sessions import group_sessions
from .recommender import Recommender

TABLES = ("users", "items", "sessions")
_SESSIONS = 4096  # read at a time
Table = tuple[list[str], np.ndarray]


def export_tables(recommender: Recommender, events: Events) -> dict[str, Table]:
    """Ids (N,) and vectors (N, E) of each of `TABLES`, of a recommender that has `events` fitted.

    A user is the state after their last item; a session, named as in the log or else `user:1`,
    `user:2` …, that after its own last item; an item is its row of the table. A log without a
    clock and without session ids has one session a user.
    """
    users = np.arange(len(events.users))
    model = recommender.model
    return {
        "users": (list(events.users), recommender.user_states(users)),
        "items": (list(recommender.trained.items), model.item.table.data.copy()),
        "sessions": _sessions(recommender, events),
    }


def write_npz(path: str | Path, tables: dict[str, Table]) -> None:
    """`users`, `items` and `sessions` (N, E), their ids as `user_ids` …, in one file."""
    arrays = {}
    for name, (ids, vectors) in tables.items():
        arrays[name], arrays[f"{name[:-1]}_ids"] = vectors, np.array(ids, dtype=np.str_)
    save_arrays(path, arrays)


def _sessions(recommender: Recommender, events: Events) -> Table:
    gap = {} if events.timed else {"gap": len(events)}  # row numbers are no seconds
    sessions = group_sessions(events, **gap)
    given = sessions.events.session[sessions.offsets[:-1]]
    number = np.arange(len(sessions)) - sessions.user_offsets[sessions.user] + 1
    ids = [
        events.sessions[code] if code >= 0 else f"{events.users[user]}:{n}"
        for code, user, n in zip(given.tolist(), sessions.user.tolist(), number.tolist())
    ]
    begin = sessions.offsets[sessions.user_offsets[sessions.user]]
    codes = recommender.code[sessions.events.item]
    states = np.empty((len(sessions), recommender.model.sizes.embed_dim), np.float32)
    longest = recommender.model.sizes.max_length
    for start in range(0, len(sessions), _SESSIONS):
        part = range(start, min(start + _SESSIONS, len(sessions)))
        rows = []
        for session in part:
            row = codes[begin[session] : sessions.offsets[session + 1]]
            rows.append(row[row >= 0][-longest:])
        states[part] = recommender.states(rows, recommender.features[sessions.user[part]])
    return ids, states
