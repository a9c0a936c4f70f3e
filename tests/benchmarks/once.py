"""What a million customers who came once cost, beside a shop's regulars: time and memory.

python -m tests.benchmarks.once

The log holds the households of `made_logs grocery`, and beside them so many who came once for one
item. The model is trained on the households alone; each command is a process of its own, the first
of which reads the log, and the others the prepared copy.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from user_profile.tables import table

from .made_logs import BEGIN, DAY, grocery, write
from .rounds import exponent

SIZES = (100_000, 1_000_000)
COMMANDS = ("show", "retention", "recommend")


def write_log(path: Path, customers: int, seed: int = 0) -> None:
    """The households, and behind them those who came once: plain CSV, in no order of time."""
    write(path, grocery())
    rng = np.random.default_rng(seed)
    items, days = rng.integers(400, size=customers), rng.uniform(0, 300, customers)
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number, (item, day) in enumerate(zip(items.tolist(), days.tolist())):
            moment = np.datetime64(BEGIN + int(day * DAY), "s")
            writer.writerow((f"n{number}", f"n{number}", f"i{item}", moment, 1, 3.0, ""))


def run(folder: Path, *command: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    begin = time.perf_counter()
    code = (
        "import resource, sys; from user_profile.__main__ import main; status = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - begin, int(done.stdout.split()[-1]) / 1024


def measure(folder: Path, model: Path, customers: int) -> dict[str, tuple[float, float]]:
    log = folder / f"{customers}.csv"
    write_log(log, customers)
    where = ["--data", str(log), "--model", str(model)]
    found = {"the first answer, log read": run(folder, "show", "n7", *where)}
    for command in COMMANDS:
        out = ["--out", str(folder / f"{customers}-{command}.csv")] if command != "show" else []
        asked = ["n7"] if command == "show" else []
        found[command] = run(folder, command, *asked, *where, *out)
        print(f"{customers:,}, {command}: {found[command][0]:.1f} s", file=sys.stderr)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop, model = folder / "shop.csv", folder / "shop.npz"
        write(shop, grocery())
        run(folder, "train", "--data", str(shop), "--model", str(model), "--epochs", "1")
        found = [measure(folder, model, size) for size in SIZES]
    for column, unit in enumerate(("seconds", "peak of memory, MB")):
        rows = []
        for command in found[0]:
            values = [one[command][column] for one in found]
            rows.append((command, *values, exponent(list(SIZES[-2:]), values[-2:])))
        header = (unit, *(f"{size:,}" for size in SIZES), "exponent, last two")
        formats = {**dict.fromkeys(header[1:-1], ",.1f"), header[-1]: ".2f"}
        print(table(header, rows, formats=formats))
        print()


if __name__ == "__main__":
    main()
