"""Tiled attention against the plain one, from 256 to 16,384 tokens: time, memory, growth.

python -m tests.benchmarks.tiled plain|tiled TOKENS prints seconds and megabytes of one process.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import attention as A

from .report import Section
from .rounds import exponent

COMMAND = "python -m tests.benchmarks tiled"
TOKENS = {"plain": (256, 1024, 4096), "tiled": (256, 1024, 4096, 16384)}
PAIRS = {
    "plain": (A.attention_forward, A.attention_backward),
    "tiled": (A.tiled_attention_forward, A.tiled_attention_backward),
}


def section(quick: bool) -> Section:
    taken = {
        kind: {n: measure(kind, n) for n in tokens if not (quick and n > 1024)}
        for kind, tokens in TOKENS.items()
    }
    rows = []
    for tokens in taken["tiled"]:
        row = [f"{tokens:,}"]
        for kind in TOKENS:
            seconds, megabytes = taken[kind].get(tokens, (None, None))
            row += ["—", "—"] if seconds is None else [f"{seconds:.3f}", f"{megabytes:.0f}"]
        rows.append(row)
    grown = []
    for kind, measured in taken.items():
        last = list(measured)[-2:]
        seconds, memory = zip(*(measured[n] for n in last), strict=True)
        slopes = exponent(last, seconds), exponent(last, memory)
        grown.append("{} {:.2f} in time and {:.2f} in memory".format(kind, *slopes))
    return Section(
        "Tiled attention",
        COMMAND,
        "Causal, one head of width 64, forward and backward in float32; each figure from a process "
        "of its own, peak memory with Python and numpy in it. The plain pair at 16,384 tokens "
        "would need several arrays of 1 GiB.",
        ["tokens", "plain, s", "plain, MB", "tiled, s", "tiled, MB"],
        rows,
        f"Exponents between the last two lengths of each: {'; '.join(grown)}.",
    )


def measure(kind: str, tokens: int) -> tuple[float, float]:
    """Seconds and MB of a fresh process that does nothing else."""
    command = [sys.executable, "-m", "tests.benchmarks.tiled", kind, str(tokens)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, megabytes = printed.split()
    return float(seconds), float(megabytes)


def _run(kind: str, tokens: int) -> None:
    forward, backward = PAIRS[kind]
    rng = np.random.default_rng(0)
    q, k, v, dout = (rng.standard_normal((1, tokens, 64), np.float32) for _ in range(4))
    start = time.perf_counter()
    _, saved = forward(q, k, v, is_causal=True)
    backward(dout, saved)
    seconds = time.perf_counter() - start
    print(seconds, _peak_megabytes())


def _peak_megabytes() -> float:
    """Of this process alone: on Linux, getrusage would count the parent it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


if __name__ == "__main__":
    _run(sys.argv[1], int(sys.argv[2]))
