"""How time and memory of a profile grow with the sessions of one customer, and with the customers.

python -m tests.benchmarks.customers

Each size in a process of its own, for its peak of memory; seconds are those of the processor.
Histories longer than 500 sessions are
cut to their latest before anything is made of them (`log.prepare`); here they are not.
"""

import resource
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
from user_profile.features.history import History, read_history
from user_profile.log.categories import Categories
from user_profile.log.events import Events
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions
from user_profile.model.settings import Settings
from user_profile.model.trained import Trained, new_model
from user_profile.serving.profiler import Profiler
from user_profile.tables import table
from user_profile.training.questions import fit_spec, training_targets

from .rounds import exponent

DAY, ITEMS = 86_400, 500
SESSIONS = (125, 250, 500, 1000)
CUSTOMERS = (1_000, 4_000, 16_000, 64_000)


def made_log(customers: int, sessions: int, items: int = 8) -> Events:
    """Each of ``customers`` with so many sessions a day apart, of ``items`` each."""
    rng = np.random.default_rng(0)
    rows = customers * sessions * items
    user = np.repeat(np.arange(customers, dtype=np.int32), sessions * items)
    session = np.repeat(np.arange(customers * sessions, dtype=np.int32), items)
    begin = rng.integers(0, 100, customers).repeat(sessions * items)
    day = np.tile(np.repeat(np.arange(sessions), items), customers) + begin
    names = {
        "users": tuple(f"c{n}" for n in range(customers)),
        "items": tuple(f"i{n}" for n in range(ITEMS)),
        "sessions": tuple(map(str, range(customers * sessions))),
    }
    return Events(
        user, rng.integers(ITEMS, size=rows).astype(np.int32), day * DAY, session,
        np.zeros(rows, np.int8), np.ones(rows), np.full(rows, 2.0), np.full(rows, -1, np.int32),
        kinds=("purchase",), texts=(), **names,
    )  # fmt: skip


def profiler_of(events: Events) -> Profiler:
    """An untrained model of the default size before a log: weights do not change what it costs."""
    sessions = group_sessions(events)
    history: History = read_history(sessions)
    categories = Categories(np.arange(ITEMS, dtype=np.int32) % 14, tuple(map(str, range(14))), {})
    split = split_last_sessions(sessions)
    targets = training_targets(history, split.train, 1)
    few = replace(targets) if len(targets) < 500 else targets.take(np.arange(500))
    spec = fit_spec(history, few, categories, {})
    return Profiler(Trained(new_model(spec, Settings()), spec, Settings()), sessions)


def measure(axis: str, size: int) -> tuple[float, float, float]:
    """Seconds to read the log into a profiler, seconds of the answer, peak memory in MB."""
    events = made_log(200, 4) if axis == "none" else (
        made_log(3, size) if axis == "sessions" else made_log(size, 4))  # fmt: skip
    start = time.process_time()
    profiler = profiler_of(events)
    ready = time.process_time()
    if axis == "sessions":
        profiler.profile(0)
    else:
        users = np.arange(len(profiler.history.users))
        profiler.outlook(users, np.full(len(users), profiler.now))
        profiler.levels(users[:2000], np.full(min(2000, len(users)), profiler.now))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return ready - start, time.process_time() - ready, peak


def main() -> None:
    idle = _apart("none", 0)[2]
    for axis, sizes, what in (
        ("sessions", SESSIONS, "one profile of a customer of so many sessions"),
        (
            "customers",
            CUSTOMERS,
            "outlook of so many customers of four sessions, interests of 2,000",
        ),
    ):
        found = [_apart(axis, size) for size in sizes]
        rows = [(f"{size:,}", *one) for size, one in zip(sizes, found)]
        columns = [[one[k] for one in found] for k in range(3)]
        columns[2] = [max(peak - idle, 1.0) for peak in columns[2]]
        rows.append(("exponent, last two", *(exponent(list(sizes[-2:]), c[-2:]) for c in columns)))
        header = (axis, "read, s", "answer, s", "peak, MB")
        print(table(header, rows, formats=dict.fromkeys(header[1:], ".2f"), title=what))
    print(f"exponents of memory are of what exceeds the {idle:.0f} MB of a small log")


def _apart(axis: str, size: int) -> tuple[float, ...]:
    command = [sys.executable, "-m", "tests.benchmarks.customers", axis, str(size)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return tuple(map(float, said.split()))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(*measure(sys.argv[1], int(sys.argv[2])))
    else:
        main()
