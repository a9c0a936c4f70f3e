"""Does a cancellation lower the interest it speaks of? Planted into histories of the shipped log.

python -m tests.benchmarks.planted_cancellations [MODEL]

Customers with six orders or more buy five items of one category, and a day later all or some of
them are taken back. The chance to buy of the category in the next session, as the model says it.
"""

import sys

import numpy as np
from user_profile.log.append import NewEvent
from user_profile.log.events import CANCELLATION
from user_profile.log.prepare import prepare
from user_profile.model.saved import load_model
from user_profile.serving.live import LiveProfile
from user_profile.serving.profiler import Profiler
from user_profile.tables import table

DAY, CUSTOMERS, BOUGHT, SOME = 86_400, 200, 5, 2


def main() -> None:
    trained = load_model(sys.argv[1] if len(sys.argv) > 1 else "runs/profile.npz")
    profiler, rng = Profiler(trained, prepare(keep=True).sessions), np.random.default_rng(0)
    history, spec = profiler.history, profiler.spec
    orders = np.bincount(history.user[history.purchase], minlength=len(history.users))
    users = rng.permutation(np.flatnonzero(orders >= 6))[:CUSTOMERS]
    asked_at = profiler.now + 3 * DAY  # of all, so that time alone changes nothing
    changes: list[list[float]] = []
    for user in users.tolist():
        category = int(rng.integers(len(spec.category_names)))
        inside = np.flatnonzero(spec.category == category)
        items = [spec.items[item] for item in rng.choice(inside, min(BOUGHT, len(inside)), False)]

        def chance(live: LiveProfile, name: str = spec.category_names[category]) -> float:
            interests = live.profile(asked_at).interests
            return next(1 - one.probabilities[0] for one in interests if one.category == name)

        def bought(
            user: int = user, items: list[str] = items, back: int = 0, kind: str = CANCELLATION
        ) -> LiveProfile:
            live = LiveProfile(profiler, user)
            live.add_session([NewEvent(item, 2.0) for item in items], profiler.now + DAY)
            if back:
                events = [NewEvent(item, 2.0, kind=kind) for item in items[:back]]
                live.add_session(events, profiler.now + 2 * DAY)
            return live

        never = chance(LiveProfile(profiler, user))
        after = chance(bought())
        changes.append(
            [after - never, chance(bought(back=SOME)) - after, chance(bought(back=BOUGHT)) - after]
        )
    names = f"{BOUGHT} bought", f"{SOME} of them cancelled", "all of them cancelled"
    rows = [
        (name, f"{100 * column.mean():+.1f}", f"{(column < 0).mean():.1%}")
        for name, column in zip(names, np.array(changes).T)
    ]
    print(f"{len(users)} customers; the chance to buy of the category in the next session")
    print(table(("", "moves by points", "falls for"), rows))


if __name__ == "__main__":
    main()
