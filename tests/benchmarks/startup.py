"""How long a user waits: for an import, for a command's help, for the first profile shown."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from .report import Section

COMMAND = "python -m tests.benchmarks startup"
CUSTOMER = "17850"  # of the shipped log, with some thirty sessions
IMPORTS = {
    "python, nothing else": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import numpy, attention": ["-c", "import numpy, attention"],
    "import numpy; from attention import *": ["-c", "import numpy; from attention import *"],
    "import user_profile": ["-c", "import user_profile"],
}
HELP = {
    f"python -m {name} --help": ["-m", name, "--help"]
    for name in ("attention.text", "attention.plot", "user_profile")
}
EXERCISE = {
    "pytest --version": ["-m", "pytest", "--version"],
    "pytest exercises/ex01_softmax": ["-m", "pytest", "-q", "exercises/ex01_softmax"],
}


def section(quick: bool) -> Section:
    times = 3 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock(Path(folder))
        seconds = clock.medians({**IMPORTS, **HELP, **EXERCISE}, times)
        if not quick:
            model = f"{folder}/profile.npz"
            demo = ["-m", "user_profile", "demo", "--reduced", "--overwrite", "--out", folder]
            seconds |= clock.medians({"python -m user_profile demo --reduced": demo}, 3)
            show = ["-m", "user_profile", "show", CUSTOMER, "--model", model]
            seconds |= clock.medians({f"python -m user_profile show {CUSTOMER}": show}, times)
    bare = seconds["import numpy"]
    first, all_names = (seconds[name] - bare for name in list(IMPORTS)[2:4])
    return Section(
        "Start-up",
        COMMAND,
        "Milliseconds from the command to its end, in turns, medians of several fresh processes "
        "after one to warm up; files in the system's cache, modules compiled, as an installer "
        "leaves them. The exercise is marked while its stub is unsolved, beside what pytest alone "
        "takes; `show` reads the shipped log and a model of the reduced demo.",
        ["command", "ms"],
        [[f"`{name}`", f"{taken * 1e3:,.0f}"] for name, taken in seconds.items()],
        f"`import attention` takes {first * 1e3:.0f} ms beyond numpy's own, since a part of it is "
        f"loaded when a name of it is first used; all parts take {all_names * 1e3:.0f} ms. scipy "
        "and matplotlib are loaded where they are first used, and the commands of `user_profile` "
        "one by one.",
    )


class Clock:
    """Times fresh Python processes; compiled modules are kept in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def medians(self, lines: dict[str, Sequence[str]], times: int) -> dict[str, float]:
        """Median seconds of `python arguments`, by name; raises if a command fails."""
        for arguments in lines.values():
            self.seconds(arguments)
        taken: dict[str, list[float]] = {name: [] for name in lines}
        for _ in range(times):
            for name, arguments in lines.items():
                taken[name].append(self.seconds(arguments))
        return {name: median(each) for name, each in taken.items()}

    def seconds(self, arguments: Sequence[str]) -> float:
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], env=self.environment, capture_output=True, check=True
        )
        return time.perf_counter() - start
