"""What was cancelled, and which purchase it takes back: pieces leave the latest purchases first."""

from typing import NamedTuple

import numpy as np

from ..log.events import CANCELLATION
from .history import History, ranges
from .labels import category_counts


class TakenBack(NamedTuple):
    """R parts of purchases."""

    row: np.ndarray  # (R,) the behaviour that was bought
    session: np.ndarray  # (R,) that cancelled it, a later one
    share: np.ndarray  # (R,) of its pieces


def taken_back(history: History, rows: np.ndarray) -> TakenBack:
    """Among `rows` (N,), ascending: all behaviours of some customers, from their first on."""
    nothing = np.zeros(0, np.int64)
    if CANCELLATION not in history.kinds:
        return TakenBack(nothing, nothing, np.zeros(0))
    session = np.searchsorted(history.offsets, rows, "right") - 1
    size = len(history.items)
    item, bought = history.item[rows], history.bought[rows]
    back = history.cancels[rows]
    pair = history.user[session] * size + item
    wanted = np.isin(pair, pair[back]) & (item < size) & (back | bought)
    held: dict[int, list[list[float]]] = {}  # pair -> [row, pieces left, pieces bought]
    found: list[tuple[float, int, float]] = []
    pieces = np.expm1(history.quantity[rows].astype(np.float64))
    columns = (rows, session, pair, pieces, bought)
    for row, place, key, amount, is_bought in zip(*(c[wanted].tolist() for c in columns)):
        if is_bought:
            held.setdefault(key, []).append([row, amount, max(amount, 1e-9)])
            continue
        for purchase in reversed(held.get(key, [])):
            gone = min(purchase[1], amount)
            if gone > 0:
                found.append((purchase[0], place, gone / purchase[2]))
            purchase[1] -= gone
            amount -= gone
            if amount <= 0:
                break
    if not found:
        return TakenBack(nothing, nothing, np.zeros(0))
    which, when, share = zip(*found)
    return TakenBack(np.array(which, np.int64), np.array(when, np.int64), np.array(share))


class Left(NamedTuple):
    """Of B sessions that had lost something when they were asked about."""

    question: np.ndarray  # (B,)
    place: np.ndarray  # (B,) 1 for the customer's first session
    category: np.ndarray  # (B,)
    items: np.ndarray  # (B,) of the category, that it still holds


def left_of_sessions(
    history: History,
    category: np.ndarray,
    categories: int,
    user: np.ndarray,
    known: np.ndarray,
    sessions: np.ndarray,
) -> Left:
    """For questions (Q,) about `user` after the first `known` sessions of each.

    `sessions` are of all who are asked about, from their first on.
    """
    begin = history.offsets[sessions]
    back = taken_back(history, ranges(begin, history.offsets[sessions + 1] - begin)[1])
    bought_in = np.searchsorted(history.offsets, back.row, "right") - 1
    of_user = history.user[bought_in]
    order = np.argsort(of_user, kind="stable")
    first = np.searchsorted(of_user[order], user)
    question, part = ranges(first, np.searchsorted(of_user[order], user, "right") - first)
    part = order[part]
    start = history.user_offsets[user[question]]
    in_time = back.session[part] < start + known[question]
    question, part, start = question[in_time], part[in_time], start[in_time]
    place = bought_in[part] - start
    code = category[history.item[back.row[part]]]
    cell = (question * (place.max(initial=0) + 1) + place) * categories + code
    _, which, inverse = np.unique(cell, return_index=True, return_inverse=True)
    gone = np.bincount(inverse, back.share[part], len(which))
    gross = category_counts(history, category, categories, bought_in[part[which]])
    left = gross[np.arange(len(which)), code[which]] - gone
    return Left(question[which], place[which] + 1, code[which], left)
