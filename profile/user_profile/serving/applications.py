"""What profiles are for: recommendation, risk control, retention; for advertising see `audience`.

Each function answers for one customer or many, as rows of plain values in a useful order.
"""

from collections.abc import Sequence

import numpy as np

from attention import softmax

from ..errors import DataError
from ..model.decisions import decide_band
from ..model.outlook import SPEND_BANDS
from .allowed import Allowed, bought_before
from .facts import read_facts
from .places import with_new
from .profiler import Profiler
from .rows import Row, Rows

ANYTHING = Allowed()


def recommend(
    profiler: Profiler,
    users: np.ndarray,
    moment: int,
    texts: Sequence[str],
    top: int = 10,
    *,
    allowed: Allowed = ANYTHING,
) -> Sequence[Row]:
    """The ``top`` items of each of ``users`` in a session at ``moment``, the likeliest first.

    Fewer where fewer are ``allowed``. Shares are of the whole coming basket.
    """
    best, shares = best_items(profiler, users, moment, top, allowed)
    place, rank = np.nonzero(shares >= 0)

    def make(number: int) -> Row:
        row, column = place[number], rank[number]
        item = best[row, column]
        return {
            "customer": profiler.history.users[users[row]],
            "rank": int(column) + 1,
            "item": profiler.spec.items[item],
            "share": float(shares[row, column]),
            "text": texts[item].strip(),
        }

    return Rows(len(place), make)


def best_items(
    profiler: Profiler, users: np.ndarray, moment: int, top: int, allowed: Allowed = ANYTHING
) -> tuple[np.ndarray, np.ndarray]:
    """Codes (U, top) of the likeliest items in a session at ``moment``, and shares, five digits.

    The share of what is not ``allowed`` is -1. Raises DataError if there are no items to rank.
    """
    check_items(profiler)
    codes, shares = [], []
    for begin in range(0, len(users), 256):
        part = users[begin : begin + 256]
        chances = softmax(profiler.score_known(part, np.full(len(part), moment)))
        mask = allowed.mask(profiler.history, part, moment)
        if mask is not None:
            chances = np.where(mask, chances, -1)
        best = np.stack(highest(chances, top))
        if allowed.new_places:
            new = chances >= 0
            new[bought_before(profiler.history, part, moment)] = False
            fresh = highest(np.where(new, chances, -1), allowed.new_places)
            best = np.stack(
                [
                    with_new(row, other[new[place, other]], new[place])
                    for place, (row, other) in enumerate(zip(best, fresh))
                ]
            )
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


def risk(profiler: Profiler, users: np.ndarray, moment: int) -> Sequence[Row]:
    """Chance of a cancellation within 90 days, the highest first. DataError if never learned."""
    _learned(profiler, "cancelled", "cancellations")
    chances = profiler.outlook(users, np.full(len(users), moment)).cancelled
    return _ranked(profiler, users, moment, {"cancels": chances}, -chances)


def retention(profiler: Profiler, users: np.ndarray, moment: int) -> Sequence[Row]:
    """Chance of a purchase within 90 days and the likeliest spend band, the lowest first."""
    _learned(profiler, "returned", "returns")
    outlook = profiler.outlook(users, np.full(len(users), moment))
    columns, bands = {"returns": outlook.returned}, None
    if "spend" in profiler.decisions.taught:
        bands = decide_band(outlook.returned, outlook.spend, profiler.decisions.spend[0])
    return _ranked(profiler, users, moment, columns, outlook.returned, bands)


def check_items(profiler: Profiler) -> None:
    """Raises DataError for a model of a log without items: nothing can be ranked."""
    if not profiler.ranks:
        raise DataError(
            "The log names no items to tell apart, so there are none to rank; ask for show, "
            "update, retention, risk, segments, shop-card or export-profiles, or name the column "
            "of the items with --columns item=…."
        )


def _learned(profiler: Profiler, name: str, what: str) -> None:
    if name not in profiler.decisions.taught:
        raise DataError(
            f"The log that this model was trained on teaches nothing of {what} within 90 days; "
            "it is too short, or all customers do alike; train on one that tells them."
        )


def _ranked(
    profiler: Profiler,
    users: np.ndarray,
    moment: int,
    columns: dict[str, np.ndarray],
    key: np.ndarray,
    bands: np.ndarray | None = None,
) -> Rows:
    history = profiler.history
    orders = read_facts(history, moment).orders
    order = np.argsort(key, kind="stable")

    def make(number: int) -> Row:
        place = order[number]
        user = users[place]
        values = {name: float(rounded(column[place])) for name, column in columns.items()}
        row = {"customer": history.users[user], **values, "orders": int(orders[user])}
        return row if bands is None else {**row, "spend": SPEND_BANDS[bands[place]]}

    return Rows(len(order), make)
