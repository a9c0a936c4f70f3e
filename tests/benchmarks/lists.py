"""What lists of all customers cost: the first, later ones, and without what is kept.

python -m tests.benchmarks.lists [MODEL]

Of the shipped log, by its model (runs/profile.npz): seconds of whole commands, each a process of
its own, in turns. "CPU" is what the processors worked, on an idle machine the time to wait or more;
medians of three but for the first, which finds the log prepared and encodes.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from user_profile.tables import table

COMMANDS = (
    ("show", "17870"),
    ("retention",),
    ("risk",),
    ("recommend",),
    ("target", "christmas"),
    ("export-profiles",),
)
_ROUNDS = 3


def seconds(cache: str, *command: str) -> tuple[float, float]:
    """That the processors worked, and that passed."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    begin, before = time.perf_counter(), _worked()
    subprocess.run(
        [sys.executable, "-m", "user_profile", *command],
        env=environment, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return _worked() - before, time.perf_counter() - begin


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    model = sys.argv[1] if len(sys.argv) > 1 else "runs/profile.npz"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        asked = {}
        for name, *more in COMMANDS:
            out = ["--out", f"{folder}/rows.csv", "--overwrite"] if "export" in name else []
            asked[name] = (name, *more, "--model", model, *out)
        seconds(folder, *asked["show"])  # prepares the log
        first = {}
        for name, command in asked.items():
            for states in Path(folder).rglob("states-*.npz"):
                states.unlink()
            first[name] = seconds(folder, *command)
        later: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        bare: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
        for _ in range(_ROUNDS):
            for name, command in asked.items():
                later[name].append(seconds(folder, *command))
                bare[name].append(seconds(folder, *command, "--no-cache"))
        for name in asked:
            worked, passed = (statistics.median(column) for column in zip(*later[name]))
            without = statistics.median(cpu for cpu, _ in bare[name])
            rows.append((name, first[name][0], worked, without, without / worked, passed))
    header = ("command", "first, CPU s", "later, CPU s", "--no-cache, CPU s", "times", "later, s")
    print(table(header, rows, formats=dict.fromkeys(header[1:], ".2f")))
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
