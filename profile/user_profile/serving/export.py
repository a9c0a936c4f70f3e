"""Everybody's profile as levels and probabilities: what may leave the room where the log is kept.

No item, session, date of a purchase, price or quantity is among it. Next purchases are left out on
purpose: most of them are copied from a customer's own past, so a list of them *is* a history.
"""

from typing import Any

import numpy as np

from ..dates import day_of
from ..model.decisions import decide
from ..model.interests import LEVELS
from ..model.outlook import SPEND_BANDS
from .profiler import Profiler


def profile_rows(profiler: Profiler, users: np.ndarray, moment: int) -> list[dict[str, Any]]:
    """One flat row for each of ``users`` as of ``moment``: for a CSV file or a JSON list.

    For each category its likeliest level and the chance of more than low; then the chances of
    return, cancellation and each spend band in 90 days, as far as the log taught them. Four digits:
    more would tell nothing.
    """
    names = profiler.spec.category_names
    as_of = np.full(len(users), moment)
    levels = profiler.levels(users, as_of)  # (U, C, 3)
    said = decide(levels, profiler.decisions.levels[0])  # (U, C)
    outlook, taught = profiler.outlook(users, as_of), profiler.decisions.taught
    value = profiler.value(users, moment)
    day = day_of(moment)
    rows = []
    for place, user in enumerate(users.tolist()):
        row: dict[str, Any] = {"customer": profiler.history.users[user], "as_of": day}
        shown = zip(names, levels[place], said[place]) if profiler.ranks else ()
        for name, chances, level in shown:
            row[f"{name}: level"] = LEVELS[level]
            row[f"{name}: chance"] = _rounded(1 - chances[0])
        if "returned" in taught:
            row["returns"] = _rounded(outlook.returned[place])
        if "cancelled" in taught:
            row["cancels"] = _rounded(outlook.cancelled[place])
        if "spend" in taught:
            for band, chance in zip(SPEND_BANDS, outlook.spend[place]):
                row[f"spend: {band}"] = _rounded(chance)
        if len(profiler.decisions.worth):
            row["spend in a year"] = round(float(np.nan_to_num(value[place])), 2)
        rows.append(row)
    return rows


def _rounded(chance: np.floating) -> float:
    return round(float(chance), 4)
