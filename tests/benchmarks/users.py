"""Cost per user at the size of a profile model, and the arithmetic to a hundred million."""

import numpy as np

import attention as A

from .our_step import our_model, our_step
from .report import Section
from .rounds import in_turns
from .settings import SETTINGS

COMMAND = "python -m tests.benchmarks users"
USERS = (1_000_000, 100_000_000)
EPOCHS = 6
EVENT_BYTES = 24  # of one behaviour as int64 item, user and time


def section(quick: bool) -> Section:
    setting = next(s for s in SETTINGS if s.name == "profile")
    rng = np.random.default_rng(0)
    ids, targets = rng.integers(0, setting.vocabulary, (2, setting.batch, setting.length))
    model = our_model(setting)
    shards = [(shard,) for shard in np.array_split(ids, A.cores())]

    def read(shard: np.ndarray) -> None:
        model.forward(shard)

    with A.Workers() as workers:
        tasks = {
            "train": our_step(setting, ids, targets, workers),
            "read": lambda: workers.map(read, shards),
        }
        taken = in_turns(tasks, rounds=3 if quick else 7, seconds=0.3)
    per_user = {name: seconds / setting.batch for name, seconds in taken.items()}
    train, reading = per_user["train"], per_user["read"]
    size = sum(p.data.size for p in model.parameters())
    rows = []
    for users in USERS:
        rows.append(
            [
                f"{users:,}",
                f"{users:,} × {setting.length} × {EVENT_BYTES} B = "
                f"{users * setting.length * EVENT_BYTES / 1e9:,.1f} GB",
                f"{users:,} × {EPOCHS} × {train * 1e3:.3f} ms = {_hours(users * EPOCHS * train)}",
                f"{users:,} × {reading * 1e3:.3f} ms = {_hours(users * reading)}",
            ]
        )
    return Section(
        "Users",
        COMMAND,
        f"A model of the profile setting, {setting.size}, {size:,} parameters "
        f"({size * 4 / 1e6:.1f} MB of float32 weights, the same for any number of users). "
        f"On all {A.cores()} cores of this machine one user's {setting.length} behaviours take "
        f"{train * 1e3:.3f} ms to train on once and {reading * 1e3:.3f} ms to read.",
        ["users", "log", f"training, {EPOCHS} epochs", "reading all once"],
        rows,
        "More machines divide these hours; `docs/scale.md` says how.",
    )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds < 72 * 3600 else f"{seconds / 86400:,.1f} days"
