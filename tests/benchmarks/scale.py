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
from .on_ranks import WORKERS
from .report import Section, environment, load, milliseconds
from .rounds import exponent

COMMAND = "python -m tests.benchmarks.scale"
SETTING, BATCHES = "profile", (32, 64, 128)
ROUNDS = 5
USERS = (10_000, 100_000, 1_000_000)
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


def least(runs: list[Any], name: str) -> float:
    return min(run[name][0] for run in runs)


def reduction(found: dict[int, dict[str, list[Any]]]) -> list[tuple[int, float, float]]:
    """(bytes, seconds, seconds) of an all-reduce of two ranks: the least, the median of rounds."""
    runs = [run["reduce"] for sides in found.values() for run in sides["two"]]
    return [
        (
            size,
            min(run[place][1] for run in runs),
            statistics.median(run[place][2] for run in runs),
        )
        for place, (size, _, _) in enumerate(runs[0])
    ]


def steps(found: dict[int, dict[str, list[Any]]], here: Machine) -> Section:
    rows = []
    for batch, sides in found.items():
        one, two = least(sides["one"], "sums"), least(sides["two"], "sums")
        exact = least(sides["two"], "exact")
        sent = 4 * sides["two"][0]["parameters"]
        said = formula(one, sent, 2, here)
        drawn = simulate([run["sums"][0] for run in sides["one"]], sent, 2, here)
        pairs = zip(sides["one"], sides["two"])
        ratio = statistics.median(b["sums"][1] / a["sums"][1] for a, b in pairs)
        times = (milliseconds(t) for t in (one, two, exact, said, drawn))
        off = f"{said / two - 1:+.0%}"
        rows.append([f"{batch}", *times, off, f"{sent / 1e6:.2f} MB", f"{ratio:.2f}"])
    return Section(
        "Ranks",
        COMMAND,
        f"Milliseconds of a training step of the setting {SETTING} of the benchmarks, the least "
        "of rounds in turns: one process of two workers against two ranks of one worker. Formula "
        "and simulator know the first column and the table of the all-reduce alone. The ratio, two "
        "ranks to one process, is of the median steps of each round, and of these the median.",
        ["batch", "one process", "two ranks", "with --exact", "formula", "simulator",
         "formula off by", "gradients", "ratio"],
        rows,
    )  # fmt: skip


def reductions(table: list[tuple[int, float, float]], here: Machine) -> Section:
    rows = []
    for size, least, middle in table:
        said = ring(size, 2, here)
        times = (milliseconds(t) for t in (least, said))
        rows.append([f"{size:,}", *times, f"{said / least - 1:+.0%}", milliseconds(middle),
                     f"{size / least / 1e9:.2f}"])  # fmt: skip
    line = f"{here.latency * 1e6:.0f} µs and {here.bandwidth / 1e9:.2f} GB/s a message"
    if np.isfinite(here.cache):
        line += f", and {here.beyond / 1e9:.2f} GB/s of what is beyond {here.cache / 1e6:.1f} MB"
    return Section(
        "All-reduce",
        COMMAND,
        "Milliseconds of one all-reduce between two ranks on this machine: the least of all "
        f"rounds, the fitted line ({line}) and how far it is off; and the median, which on a "
        "machine that others load holds the waiting for a rank that has no core.",
        ["bytes", "least", "line", "off by", "median", "GB/s"],
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


def scored(sizes: list[int]) -> list[Scored]:
    with tempfile.TemporaryDirectory() as folder:
        return [score(Path(folder), users) for users in sizes]


def scoring(found: list[Scored]) -> Section:
    rows = [
        [f"{one.users:,}", f"{one.seconds:,.1f}", f"{one.users / one.seconds:,.0f}",
         f"{one.cpu / one.users * 1e3:.3f}", f"{one.peak / 1e6:,.0f} MB"]
        for one in found
    ]  # fmt: skip
    users = [float(one.users) for one in found]
    wall, cpu, peak = (
        exponent(users, [float(getattr(one, name)) for one in found])
        for name in ("seconds", "cpu", "peak")
    )
    return Section(
        "Scoring",
        COMMAND,
        "Seconds of `user_profile score` on all cores of this machine, from Parquet to Parquet, "
        "milliseconds of a core for each user, and the memory of its largest process. The seconds "
        "hold what else the machine did; those of a core do not. Customers of the made-up shop of "
        f"the tests: 24 items, {found[0].behaviours:.0f} behaviours each in the mean; many items "
        "cost more.",
        ["users", "seconds", "users a second", "core ms a user", "peak memory"],
        rows,
        f"Seconds grow as users to the {wall:.2f}, those of a core to the {cpu:.2f}, memory to the "
        f"{peak:.2f}.",
    )


def machines(found: dict[int, dict[str, list[Any]]], largest: Scored) -> Section:
    """10⁸ users, each machine with a batch of its own, on the network of `DATACENTRE`."""
    rate = largest.users / largest.cpu * WORKERS  # of a machine that nobody else loads
    batch = BATCHES[1]
    step = least(found[batch]["one"], "sums")
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
        f"Machines like this one, whose {WORKERS} cores do nothing else, a batch of {batch} users "
        f"each, {EPOCHS} epochs, a network of "
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
    parser.add_argument(
        "--scored", type=Path, help="lines that a run has told of sizes as they ended: not again"
    )
    options = parser.parse_args()
    if MPIEXEC is None:
        raise SystemExit("there is no mpiexec here: pip install '.[scale]'")
    sizes = options.users or ([500, 1000] if options.quick else list(USERS))
    print(f"{environment()}. Load of the machine before: {load()}.\n", flush=True)
    found = measured(options.quick)
    table = reduction(found)
    here = Machine.fitted([(size, least) for size, least, _ in table])
    print(steps(found, here).markdown())
    print(reductions(table, here).markdown(), flush=True)
    if options.scored:
        lines = options.scored.read_text().splitlines()
        done = list(dict.fromkeys(Scored(**json.loads(line)) for line in lines))
    else:
        done = scored(sizes)
    print(scoring(done).markdown())
    print(machines(found, done[-1]).markdown())
    print(f"Load of the machine after: {load()}.")


if __name__ == "__main__":
    main()
