"""What a million customers who came once cost, beside a shop's regulars: time and memory.

python -m tests.benchmarks.once [CUSTOMERS …]

The log holds the households of `made_logs grocery`, and beside them so many who came once for one
item. The model is trained on the households alone; each command is a process of its own, the first
of which reads the log, and the others the prepared copy.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .made_logs import BEGIN, DAY, grocery, write

SIZES = (100_000, 1_000_000)
COMMANDS = (
    ("the first answer, log read", "show", "n7"),
    ("show", "show", "n7"),
    ("retention", "retention"),
    ("recommend", "recommend", "--top", "5"),
)


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
    """CPU seconds and peak memory in MB of a command. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    code = (
        "import resource, sys; from user_profile.__main__ import main; status = main(sys.argv[1:]);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def main() -> None:
    print(f"{'customers':>9}  {'command':28}  CPU, s  peak, MB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shop, model = folder / "shop.csv", folder / "shop.npz"
        write(shop, grocery())
        run(folder, "train", "--data", str(shop), "--model", str(model), "--epochs", "1")
        for customers in [int(size) for size in sys.argv[1:]] or SIZES:
            log = folder / f"{customers}.csv"
            write_log(log, customers)
            for title, *command in COMMANDS:
                out = [] if command[0] == "show" else ["--out", str(folder / "rows.csv")]
                where = ["--data", str(log), "--model", str(model), "--overwrite"]
                seconds, peak = run(folder, *command, *where, *out)
                print(f"{customers:9,}  {title:28}  {seconds:6.1f}  {peak:8,.0f}", flush=True)


if __name__ == "__main__":
    main()
