"""How time and memory of training grow with the customers.

python -m tests.benchmarks.training_growth [CUSTOMERS …]

Customers of a made-up log: each comes once to ten times for one or two of a taste of six among
400 items. Read from CSV and trained for one epoch, each size in a process of its own; of more than
100,000 customers only the first steps.
"""

import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
from user_profile.judging.evaluate import mean_ndcg
from user_profile.log.prepare import prepare
from user_profile.model.settings import Settings
from user_profile.tables import table
from user_profile.training.loop import Sitting, train

from attention.training import Trainer

from .made_logs import AISLES, BEGIN, DAY
from .rounds import exponent

SIZES = (10_000, 100_000, 1_000_000)
ITEMS, TASTE, DAYS = 400, 6, 300
CAP, WHOLE = 150, 100_000  # steps that are timed; customers up to whom the run is ended
HEADER = ("read, s", "features, s", "a step, ms", "peak, MB", "all, s", "peak of all, MB")


class Enough(Exception):
    """The timed steps are done."""


def write_log(path: Path, customers: int, seed: int = 0) -> int:
    """Plain CSV; the number of its rows. A thousand customers at a time."""
    rng, rows = np.random.default_rng(seed), 0
    with path.open("w", encoding="utf-8") as file:
        file.write("customer,order,item,time,quantity,price,text\n")
        for first in range(0, customers, 1000):
            size = min(1000, customers - first)
            visits = np.minimum(rng.geometric(0.4, size), 10)
            customer = np.repeat(np.arange(first, first + size), visits)
            begin = np.repeat(rng.uniform(0, DAYS, size), visits)
            moment = begin + rng.uniform(size=len(begin)) * (DAYS - begin)
            taste = rng.integers(ITEMS, size=(size, TASTE))
            for k in range(2):
                item = taste[customer - first, rng.integers(TASTE, size=len(customer))]
                chosen = np.flatnonzero(rng.uniform(size=len(customer)) < (1, 0.5)[k])
                rows += len(chosen)
                seconds = (BEGIN + moment * DAY).astype(np.int64).astype("datetime64[s]")
                file.writelines(
                    f"n{customer[r]},n{customer[r]}-{seconds[r]},i{item[r]},{seconds[r]},1,"
                    f"{1 + item[r] % 7},{AISLES[item[r] % len(AISLES)]} {item[r]}\n"
                    for r in chosen
                )
    return rows


def measure(path: str, whole: bool) -> list[float]:
    """Of one log the numbers of HEADER, seconds those of the processor; not `whole`, NaN for all
    that comes after the timed steps."""
    begin, marks, peaks = time.process_time(), [], []

    def on_step(trainer: Trainer) -> None:
        if trainer.step in (1, CAP + 1):
            marks.append(time.process_time())
            peaks.append(peak())
        if trainer.step > CAP and not whole:
            raise Enough

    log = prepare(path)
    read = time.process_time()
    try:
        train(
            log.sessions, log.split(), log.categories(), Settings(epochs=1), score=mean_ndcg,
            sitting=Sitting(on_step=on_step),
        )  # fmt: skip
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        rest = [time.process_time() - begin + children.ru_utime + children.ru_stime, peak()]
    except Enough:
        rest = [np.nan, np.nan]
    first, last = (marks[0], marks[-1])
    each = 1000 * (last - first) / CAP if len(marks) > 1 else np.nan
    return [read - begin, first - read, each, peaks[-1], *rest]


def peak() -> float:
    """MB of the largest process so far: its workers begin as its copies."""
    who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return max(resource.getrusage(one).ru_maxrss for one in who) / 1024


def main() -> None:
    sizes, rows = [int(size) for size in sys.argv[1:]] or SIZES, []
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "made.csv"
            events = write_log(path, size)
            command = [sys.executable, "-m", "tests.benchmarks.training_growth", str(path)]
            command += ["whole"] if size <= WHOLE else []
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        found.append([float(number) for number in said.split()])
        rows.append((f"{size:,}", f"{events:,}", *found[-1]))
        print(*rows[-1], flush=True, file=sys.stderr)
    for (one, cost), (other, more) in pairwise(zip(sizes, found)):
        slopes = (exponent([one, other], list(pair)) for pair in zip(cost, more))
        rows.append((f"exponent from {one:,}", "", *slopes))
    header = ("customers", "rows", *HEADER)
    print(table(header, rows, formats=dict.fromkeys(HEADER, ".2f")))


if __name__ == "__main__":
    if len(sys.argv) > 1 and Path(sys.argv[1]).is_file():
        print(*measure(sys.argv[1], sys.argv[2:] == ["whole"]))
    else:
        main()
