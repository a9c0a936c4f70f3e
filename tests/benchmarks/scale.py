"""python -m tests.benchmarks.scale [--quick] [--users N ...]

What ranks cost beside workers, what scoring costs by users, and what follows for 10⁸ users. Needs
[scale]. Each figure is of processes of their own, the two sides of a comparison in turns.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.mpi import MPIEXEC, ROOT

from .network import DATACENTRE, Machine, formula, ring, simulate
from .report import Section, environment, load, milliseconds
from .rounds import exponent

COMMAND = "python -m tests.benchmarks.scale"
SETTING, BATCHES = "profile", (32, 64, 128)
ROUNDS = 5
USERS = (10_000, 100_000)
MANY, EPOCHS = 100_000_000, 6


def environment_of_child() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "profile")])}


def on_ranks(ranks: int, batch: int, seconds: float) -> dict[str, Any]:
    """What `on_ranks` prints; one rank is a process of two workers."""
    launch = [str(MPIEXEC), "-n", str(ranks)]  # one too: in a session of its own, as ranks are
    own = [sys.executable, "-m", "tests.benchmarks.on_ranks", SETTING, str(batch), str(seconds)]
    done = subprocess.run(
        [*launch, *own], cwd=ROOT, env=environment_of_child(), check=True, capture_output=True
    )
    return json.loads(done.stdout)


def measured(quick: bool) -> dict[int, dict[str, list[Any]]]:
    """Of each batch, for one process and for two ranks: what each round said."""
    rounds, seconds = (1, 0.2) if quick else (ROUNDS, 1.0)
    found: dict[int, dict[str, list[Any]]] = {}
    for batch in BATCHES:
        sides: dict[str, list[Any]] = {"one": [], "two": []}
        for _ in range(rounds):
            sides["one"].append(on_ranks(1, batch, seconds))
            sides["two"].append(on_ranks(2, batch, seconds))
        found[batch] = sides
    return found


def median(runs: list[Any], name: str) -> float:
    return statistics.median(run[name] for run in runs)


def reduction(found: dict[int, dict[str, list[Any]]]) -> list[tuple[int, float]]:
    """(bytes, seconds) of an all-reduce of two ranks, medians of all rounds."""
    runs = [run["reduce"] for sides in found.values() for run in sides["two"]]
    sizes = [size for size, _ in runs[0]]
    return [(s, statistics.median(run[i][1] for run in runs)) for i, s in enumerate(sizes)]


def steps(found: dict[int, dict[str, list[Any]]], here: Machine) -> Section:
    rows = []
    for batch, sides in found.items():
        one, two = median(sides["one"], "sums"), median(sides["two"], "sums")
        exact = median(sides["two"], "exact")
        sent = 4 * sides["two"][0]["parameters"]
        said = formula(one, sent, 2, here)
        drawn = simulate([run["sums"] for run in sides["one"]], sent, 2, here)
        ratio = statistics.median(b["sums"] / a["sums"] for a, b in zip(sides["one"], sides["two"]))
        times = (milliseconds(t) for t in (one, two, exact, said, drawn))
        rows.append([f"{batch}", *times, f"{sent / 1e6:.2f} MB", f"{ratio:.2f}"])
    return Section(
        "Ranks",
        COMMAND,
        f"Milliseconds of a training step of the setting {SETTING} of the benchmarks, medians of "
        "rounds in turns: one process of two workers against two ranks of one worker. Formula and "
        "simulator know the first column and the table of the all-reduce alone. The ratio is of "
        "two ranks to one process, the median over the rounds.",
        ["batch", "one process", "two ranks", "with --exact", "formula", "simulator",
         "gradients", "ratio"],
        rows,
    )  # fmt: skip


def reductions(table: list[tuple[int, float]], here: Machine) -> Section:
    rows = [
        [f"{size:,}", milliseconds(t), milliseconds(ring(size, 2, here)), f"{size / t / 1e9:.2f}"]
        for size, t in table
    ]
    return Section(
        "All-reduce",
        COMMAND,
        "Milliseconds of one all-reduce between two ranks on this machine, and of the fitted "
        f"line: {here.latency * 1e6:.0f} µs and {here.bandwidth / 1e9:.2f} GB/s a message.",
        ["bytes", "measured", "line", "GB/s"],
        rows,
    )


def histories(folder: Path, users: int, model: Path) -> float:
    """Customers of the made-up shop of the tests, drawn again and again, 10,000 a file.

    Returns the behaviours of one, in the mean.
    """
    import pyarrow as pa
    from pyarrow import parquet
    from user_profile.judging.evaluate import mean_ndcg
    from user_profile.log.sessions import group_sessions
    from user_profile.log.split import split_last_sessions
    from user_profile.model.saved import save_model
    from user_profile.model.settings import Settings
    from user_profile.serving.scoring.histories import as_batch
    from user_profile.training.loop import train

    from tests.user_profile.shop_log import make_categories, make_events, make_rows

    sessions = group_sessions(make_events(make_rows(300, 500)))
    if not model.exists():
        split = split_last_sessions(sessions, kind="purchase")
        categories = make_categories(sessions)
        save_model(model, train(sessions, split, categories, Settings(epochs=1), score=mean_ndcg))
    folder.mkdir()
    batch, rng = as_batch(sessions), np.random.default_rng(0)
    for begin in range(0, users, 10_000):
        names = pa.array([f"u{n}" for n in range(begin, min(begin + 10_000, users))])
        table = pa.Table.from_batches([batch.take(pa.array(rng.integers(0, 300, len(names))))])
        table = table.set_column(0, "user", names)
        parquet.write_table(table, folder / f"{begin // 10_000:05}.parquet")
    return len(sessions.events) / batch.num_rows


class Scored(NamedTuple):
    users: int
    seconds: float  # of the whole command
    cpu: float  # seconds of all its processes, whatever else the machine did
    peak: int  # bytes of the largest of them
    behaviours: float  # of a customer, in the mean


def score(folder: Path, users: int) -> Scored:
    model, given = folder / "model.npz", folder / f"in-{users}"
    each = histories(given, users, model)
    own = ["score", str(given), "--out", str(folder / f"out-{users}"), "--model", str(model)]
    start = time.perf_counter()
    run = subprocess.Popen(
        [sys.executable, "-m", "user_profile", *own],
        env=environment_of_child(), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    _, code, used = os.wait4(run.pid, 0)
    if code:
        raise SystemExit(f"score ended with {code}")
    seconds, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    found = Scored(users, seconds, cpu, used.ru_maxrss * 1024, each)
    print(json.dumps(found._asdict()), file=sys.stderr, flush=True)  # nothing is lost of a long run
    return found


def scoring(sizes: list[int]) -> tuple[Section, float]:
    """And the users a second of the largest."""
    with tempfile.TemporaryDirectory() as folder:
        found = [(users, *score(Path(folder), users)) for users in sizes]
    rows = [
        [f"{users:,}", f"{t:,.1f}", f"{users / t:,.0f}", f"{peak / 1e6:,.0f} MB"]
        for users, t, peak, _ in found
    ]
    slopes = [exponent([one[0] for one in found], [one[n] for one in found]) for n in (1, 2)]
    text = (
        "Seconds of `user_profile score` on all cores of this machine, from Parquet to Parquet, "
        "and the memory of its largest process. Customers of the made-up shop of the tests: 24 "
        f"items, {found[0][3]:.0f} behaviours each in the mean; many items cost more."
    )
    after = f"Seconds grow as users to the {slopes[0]:.2f}, memory as users to the {slopes[1]:.2f}."
    header = ["users", "seconds", "users a second", "peak memory"]
    return Section("Scoring", COMMAND, text, header, rows, after), found[-1][0] / found[-1][1]


def machines(found: dict[int, dict[str, list[Any]]], rate: float) -> Section:
    """10⁸ users, each machine with a batch of its own, on the network of `DATACENTRE`."""
    batch = BATCHES[1]
    step = median(found[batch]["one"], "sums")
    own = 4 * found[batch]["one"][0]["parameters"]
    rows = []
    for count in (1, 10, 100):
        cells = [f"{count}", _time(MANY / rate / count)]
        for sent in (own, 100 * own):
            share = ring(sent, count, DATACENTRE)
            whole = MANY * EPOCHS / (batch * count) * (step + share)
            cells += [_time(whole), f"{share / (step + share):.0%}"]
        rows.append(cells)
    limit = next((n for n in range(2, 100_000) if ring(own, n, DATACENTRE) > step / n), 0)
    return Section(
        "A hundred million users",
        COMMAND,
        f"Machines like this one, a batch of {batch} users each, {EPOCHS} epochs, a network of "
        f"{DATACENTRE.bandwidth * 8 / 1e9:.0f} Gbit/s and {DATACENTRE.latency * 1e6:.0f} µs. "
        f"Gradients of {own / 1e6:.2f} MB as measured, and of {own / 1e4:,.0f} MB as a table of "
        "many items has; steps that cost more by themselves make the share of the all-reduce less.",
        ["machines", "scoring", f"training, {own / 1e6:.2f} MB", "all-reduce",
         f"training, {own / 1e4:,.0f} MB", "all-reduce"],
        rows,
        f"With one batch of {batch} cut among all machines instead, the all-reduce of "
        f"{own / 1e6:.2f} MB takes longer than what is left of the step from {limit} machines on.",
    )  # fmt: skip


def _time(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h" if seconds < 72 * 3600 else f"{seconds / 86400:,.1f} days"


def main() -> None:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it runs")
    parser.add_argument("--users", type=int, nargs="+", help="sizes of scoring")
    options = parser.parse_args()
    if MPIEXEC is None:
        raise SystemExit("there is no mpiexec here: pip install '.[scale]'")
    sizes = options.users or ([500, 1000] if options.quick else list(USERS))
    print(f"{environment()}. Load of the machine before: {load()}.\n", flush=True)
    found = measured(options.quick)
    table = reduction(found)
    here = Machine.fitted(table)
    print(steps(found, here).markdown())
    print(reductions(table, here).markdown(), flush=True)
    section, rate = scoring(sizes)
    print(section.markdown())
    print(machines(found, rate).markdown())
    print(f"Load of the machine after: {load()}.")


if __name__ == "__main__":
    main()
