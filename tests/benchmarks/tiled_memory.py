"""Prints time and peak process memory of attention, forward and backward, one head of 64.

python -m tests.benchmarks.tiled_memory [plain|tiled TOKENS]
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import attention as A

PAIRS = {
    "plain": (A.attention_forward, A.attention_backward),
    "tiled": (A.tiled_attention_forward, A.tiled_attention_backward),
}


def measure(kind: str, tokens: int) -> tuple[float, float]:
    """Seconds and MB of a fresh process that does nothing else."""
    command = [sys.executable, "-m", "tests.benchmarks.tiled_memory", kind, str(tokens)]
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


def main() -> None:
    print("| tokens | plain, s | plain, MB | tiled, s | tiled, MB |")
    print("|---|---|---|---|---|")
    for tokens in (256, 1024, 4096, 16384):
        cells = []
        for kind in ("plain", "tiled"):
            if kind == "plain" and tokens > 4096:
                cells += ["—", "—"]
                continue
            seconds, megabytes = measure(kind, tokens)
            cells += [f"{seconds:.2f}", f"{megabytes:.0f}"]
        print(f"| {tokens:,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _run(sys.argv[1], int(sys.argv[2]))
    else:
        main()
