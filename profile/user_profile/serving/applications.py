"""What profiles are for: recommendation, advertising, risk control, retention.

Each function answers for one customer or many, as rows of plain values in a useful order.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from attention import softmax

from ..errors import DataError
from ..model.decisions import decide, decide_band
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS
from .profiler import Profiler

Row = dict[str, Any]


class Audience(NamedTuple):
    """Customers to show an advertisement of a category."""

    category: str
    rows: list[Row]
    expected_precision: float  # mean chance that one of them buys of the category in a session
    base_rate: float  # the same for all customers


def recommend(
    profiler: Profiler, users: np.ndarray, moment: int, texts: Sequence[str], top: int = 10
) -> list[Row]:
    """The ``top`` items of each of ``users`` in a session at ``moment``, the likeliest first."""
    best, shares = best_items(profiler, users, moment, top)
    return [
        {
            "customer": profiler.history.users[user],
            "rank": rank,
            "item": profiler.spec.items[item],
            "share": share,
            "text": texts[item].strip(),
        }
        for user, items, own in zip(users.tolist(), best.tolist(), shares.tolist())
        for rank, (item, share) in enumerate(zip(items, own), start=1)
    ]


def best_items(
    profiler: Profiler, users: np.ndarray, moment: int, top: int
) -> tuple[np.ndarray, np.ndarray]:
    """Codes (U, top) of the likeliest items in a session at ``moment``, and shares, five digits.

    Raises DataError if there are no items to rank.
    """
    check_items(profiler)
    codes, shares = [], []
    for begin in range(0, len(users), 256):
        part = users[begin : begin + 256]
        chances = softmax(profiler.score_known(part, np.full(len(part), moment)))
        best = np.stack(highest(chances, top))
        codes.append(best)
        shares.append(rounded(np.take_along_axis(chances, best, axis=1), 5))
    width = min(top, len(profiler.spec.items))
    nobody = np.zeros((0, width), np.int64), np.zeros((0, width))
    return np.concatenate([nobody[0], *codes]), np.concatenate([nobody[1], *shares])


def rounded(chances: np.ndarray, digits: int = 4) -> np.ndarray:
    """As Python rounds, float64: what is printed, exported and scored has the same digits."""
    flat = [round(chance, digits) for chance in chances.ravel().tolist()]
    return np.array(flat, np.float64).reshape(chances.shape)


def highest(scores: np.ndarray, top: int) -> list[np.ndarray]:
    """The places of the ``top`` highest of each row (Q, I), the first of equals first."""
    top = min(top, scores.shape[1])
    least = np.partition(scores, scores.shape[1] - top, axis=1)[:, scores.shape[1] - top]
    best = []
    for row, edge in zip(scores, least):
        found = np.flatnonzero(row >= edge)
        best.append(found[np.argsort(-row[found], kind="stable")[:top]])
    return best


def audience(
    profiler: Profiler, category: str, users: np.ndarray, moment: int, size: int = 100
) -> Audience:
    """The ``size`` customers likeliest to buy of a category in a session at ``moment``.

    ``category`` may be any part of one name that no other shares. Raises DataError otherwise.
    """
    check_items(profiler)
    code = _category(profiler.spec.category_names, category)
    chances = profiler.levels(users, np.full(len(users), moment))[:, code]  # (Q, 3)
    buys = 1 - chances[:, 0]
    chosen = np.argsort(-buys, kind="stable")[:size]
    levels = decide(chances, profiler.decisions.levels[0])
    rows = [
        {
            "customer": profiler.history.users[users[row]],
            "chance": round(float(buys[row]), 4),
            "level": LEVELS[levels[row]],
        }
        for row in chosen.tolist()
    ]
    name = profiler.spec.category_names[code]
    return Audience(name, rows, float(buys[chosen].mean()), float(buys.mean()))


def risk(profiler: Profiler, users: np.ndarray, moment: int) -> list[Row]:
    """Chance of a cancellation within 90 days, the highest first. DataError if never learned."""
    _learned(profiler, "cancelled", "cancellations")
    chances = profiler.outlook(users, np.full(len(users), moment)).cancelled
    return _ranked(profiler, users, moment, {"cancels": chances}, -chances)


def retention(profiler: Profiler, users: np.ndarray, moment: int) -> list[Row]:
    """Chance of a purchase within 90 days and the likeliest spend band, the lowest first."""
    _learned(profiler, "returned", "returns")
    outlook = profiler.outlook(users, np.full(len(users), moment))
    rows = _ranked(profiler, users, moment, {"returns": outlook.returned}, outlook.returned)
    if "spend" not in profiler.decisions.taught:
        return rows
    bands = decide_band(outlook.returned, outlook.spend, profiler.decisions.spend[0])
    band_of = dict(zip((profiler.history.users[user] for user in users), bands.tolist()))
    return [{**row, "spend": SPEND_BANDS[band_of[row["customer"]]]} for row in rows]


def check_items(profiler: Profiler) -> None:
    """Raises DataError for a model of a log without items: nothing can be ranked."""
    if not profiler.ranks:
        raise DataError(
            "The log names no items, so there are none to rank; ask for show, retention or "
            "export-profiles, or name the column of the items with --columns item=…."
        )


def _learned(profiler: Profiler, name: str, what: str) -> None:
    if name not in profiler.decisions.taught:
        raise DataError(
            f"The log that this model was trained on teaches nothing of {what} within 90 days; "
            "train on a longer log, or on one that tells them."
        )


def _ranked(
    profiler: Profiler,
    users: np.ndarray,
    moment: int,
    columns: dict[str, np.ndarray],
    key: np.ndarray,
) -> list[Row]:
    history = profiler.history
    known = history.known_sessions(users, np.full(len(users), moment))
    rows = []
    for place in np.argsort(key, kind="stable").tolist():
        user = int(users[place])
        values = {name: float(rounded(column[place])) for name, column in columns.items()}
        rows.append({"customer": history.users[user], **values, "sessions": int(known[place])})
    return rows


def _category(names: Sequence[str], wanted: str) -> int:
    if wanted in names:
        return list(names).index(wanted)
    found = [code for code, name in enumerate(names) if wanted.lower() in name.lower()]
    if len(found) != 1:
        fault = "no category" if not found else f"{len(found)} categories"
        raise DataError(f"{wanted!r} names {fault}; choose one of: {'; '.join(names)}.")
    return found[0]
