"""How long a user waits before anything happens."""

import subprocess
import sys
import time
from statistics import median

from .report import Section

COMMAND = "python -m tests.benchmarks startup"
LINES = {
    "python, nothing else": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import attention": ["-c", "import attention"],
    "import user_profile": ["-c", "import user_profile"],
    "python -m attention.text --help": ["-m", "attention.text", "--help"],
    "python -m attention.plot --help": ["-m", "attention.plot", "--help"],
    "python -m user_profile --help": ["-m", "user_profile", "--help"],
    "pytest exercises/ex01_softmax": ["-m", "pytest", "-q", "exercises/ex01_softmax"],
}


def section(quick: bool) -> Section:
    taken = {name: _seconds(line, 3 if quick else 7) for name, line in LINES.items()}
    beyond = taken["import attention"] - taken["import numpy"]
    return Section(
        "Start-up",
        COMMAND,
        "Milliseconds from the command to its end, median of several fresh processes, files in "
        "the system's cache. The exercise is marked while its stub is unsolved.",
        ["command", "ms"],
        [[f"`{name}`", f"{seconds * 1e3:,.0f}"] for name, seconds in taken.items()],
        f"`import attention` takes {beyond * 1e3:.0f} ms beyond numpy's own. scipy and matplotlib "
        "are loaded where they are first used.",
    )


def _seconds(arguments: list[str], times: int) -> float:
    """Median wall time of `python arguments`."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        taken.append(time.perf_counter() - start)
    return median(taken)
