"""Does `drift` follow the mix? Changes planted into the histories of the shipped log.

python -m tests.benchmarks.planted_drift

Customers with six orders or more get one more session: of their own past items, few or many; of
another customer's; or a cancellation of what they bought last of one category.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from user_profile.features.history import (
    History,
    of_users,
    read_history,
)
from user_profile.features.mix import purchase_mix
from user_profile.features.season import Season, read_season
from user_profile.log.categories import Categories
from user_profile.log.events import CANCELLATION, PURCHASE
from user_profile.log.prepare import prepare
from user_profile.tables import table

CUSTOMERS, FEW, MANY, SESSIONS = 300, 5, 40, 6


class Planted:
    """One customer's history, to which sessions are added."""

    def __init__(self, history: History, season: Season, categories: Categories, user: int) -> None:
        self.history, self.season, self.categories = (
            of_users(history, np.array([user])),
            season,
            categories,
        )
        self.base = self.history

    def plant(self, items: Sequence[int], kind: str = PURCHASE) -> np.ndarray:
        """The mix (C,) after a further session of ``items``, which stays."""
        history = self.history
        size, code = len(items), history.kinds.index(kind)
        bought, moment = np.full(size, kind == PURCHASE), history.end[-1:] + 86_400
        session: dict[str, Any] = {
            "item": np.array(items), "kind": np.full(size, code), "bought": bought,
            "quantity": np.full(size, np.log(2.0), np.float32), "price": np.zeros(size, np.float32),
            "spent": np.zeros(size), "place": np.arange(size), "start": moment, "end": moment,
            "purchase": np.array([bought.any()]), "user": np.zeros(1, np.int64),
        }  # fmt: skip
        joined = {k: np.concatenate([getattr(history, k), more]) for k, more in session.items()}
        self.history = replace(
            history, **joined, offsets=np.append(history.offsets, history.offsets[-1] + size),
            user_offsets=np.array([0, len(history.user) + 1]),
        )  # fmt: skip
        return self.mix()

    def mix(self) -> np.ndarray:
        known = np.array([len(self.history.user)])
        found = self.categories
        return purchase_mix(self.history, self.season, found.of_item, len(found), 0, known)[0]

    def again(self) -> "Planted":
        self.history = self.base
        return self


def moved(before: np.ndarray, after: np.ndarray) -> float:
    return float(np.abs(before - after).sum() / 2)


def main() -> None:
    log = prepare(keep=True)
    history, categories = read_history(log.sessions), log.categories()
    season, rng = read_season(history), np.random.default_rng(0)
    orders = np.bincount(history.user[history.purchase], minlength=len(history.users))
    users = rng.permutation(np.flatnonzero(orders >= 6))[:CUSTOMERS]
    rows: dict[str, list[float]] = {name: [] for name in ("few", "many", "other", "lowered", "led")}
    overlap = []
    for user, stranger in zip(users, np.roll(users, 1)):
        own = Planted(history, season, categories, int(user))
        items = own.history.item[own.history.bought & (own.history.item < len(history.items))]
        other = of_users(history, np.array([stranger]))
        theirs = other.item[other.bought & (other.item < len(history.items))]
        before = own.mix()
        for name, pool, size in (
            ("few", items, FEW),
            ("many", items, MANY),
            ("other", theirs, MANY),
        ):
            rows[name].append(moved(before, own.again().plant(rng.choice(pool, size))))
        overlap.append(moved(before, _shares(theirs, categories)))
        target = int(np.argmin(before))
        inside = np.flatnonzero(categories.of_item == target)
        own.again()
        led = next(
            (n for n in range(1, SESSIONS + 1)
             if own.plant(rng.choice(inside, FEW)).argmax() == target), SESSIONS + 1,
        )  # fmt: skip
        rows["led"].append(led)
        bought = rng.choice(items, FEW)
        own.again()
        held = own.plant(bought)
        code = int(categories.of_item[bought[0]])
        back = own.plant(
            [i for i in np.unique(bought) if categories.of_item[i] == code], CANCELLATION
        )
        rows["lowered"].append(float(held[code] - back[code]))
    print(f"{len(users)} customers with six orders or more, one session planted after their last")
    print(table(("planted", "moved, median", "moved, mean"), [
        (f"{FEW} of one's own items", np.median(rows["few"]), np.mean(rows["few"])),
        (f"{MANY} of one's own items", np.median(rows["many"]), np.mean(rows["many"])),
        (f"{MANY} of another customer's items", np.median(rows["other"]), np.mean(rows["other"])),
    ]))  # fmt: skip
    agree = np.corrcoef(overlap, rows["other"])[0, 1]
    print(f"another's items: correlation of moved with the distance of the two mixes {agree:.2f}")
    lowered = np.array(rows["lowered"])
    print(
        f"a cancellation of one category: its share falls for {(lowered > 0).mean():.1%}, by "
        f"{100 * lowered.mean():.1f} points on average"
    )
    led = np.array(rows["led"])
    print(
        f"sessions of nothing but the least bought category until it leads: median "
        f"{np.median(led):.0f}, within {SESSIONS} for {(led <= SESSIONS).mean():.1%}"
    )


def _shares(items: np.ndarray, categories: Categories) -> np.ndarray:
    counts = np.bincount(categories.of_item[items], minlength=len(categories))
    return counts / counts.sum()


if __name__ == "__main__":
    main()
