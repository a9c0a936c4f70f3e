"""How long lists of all customers take: the first, later ones, and without what is kept.

python -m tests.benchmarks.lists [MODEL]

Of the shipped log, by its model (runs/profile.npz): seconds of whole commands, each a process of
its own, in turns; medians of three but for the first, which finds the log prepared and encodes.
"""

import os
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


def seconds(cache: str, *command: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "user_profile", *command],
        env=environment, stdout=subprocess.DEVNULL, check=True,
    )  # fmt: skip
    return time.perf_counter() - begin


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
        later: dict[str, list[float]] = {name: [] for name in asked}
        bare: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(_ROUNDS):
            for name, command in asked.items():
                later[name].append(seconds(folder, *command))
                bare[name].append(seconds(folder, *command, "--no-cache"))
        for name in asked:
            medians = statistics.median(later[name]), statistics.median(bare[name])
            rows.append((name, first[name], *medians, medians[1] / medians[0]))
    header = ("command", "first, s", "later, s", "--no-cache, s", "times")
    print(table(header, rows, formats=dict.fromkeys(header[1:], ".2f")))
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
