"""How long the workbook's companion keeps a student waiting: init, list, a verdict."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .report import Section
from .startup import Clock

COMMAND = "python -m tests.benchmarks companion"
ROOT = Path(__file__).parents[2]
LAST = 28  # ex29 trains a model on the answers of the others: seconds, not a save
SPOILT = """

def _spoilt(function):
    def spoilt(*args, **kwargs):
        out = function(*args, **kwargs)
        try:
            return tuple(2 * one for one in out) if isinstance(out, tuple) else 2 * out
        except TypeError:
            return None
    return spoilt


{name} = _spoilt({name})
"""


class Taken(NamedTuple):
    """Seconds on the clock and of computing, to which other work on the machine adds little."""

    wall: float
    computing: float


def section(quick: bool) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        clock = Clock(Path(folder))
        clock.environment["PYTHONPATH"] = str(ROOT / "exercises")
        run = ["-m", "attention_workbook"]
        clock.seconds([*run, "init", str(own)])
        times = range(3 if quick else 9)
        inits = [_timed(clock, [*run, "init", f"{folder}/{number}"]) for number in times]
        os.chdir(own)
        try:
            clock.seconds([*run, "list"])
            listed = [_timed(clock, [*run, "list"]) for _ in times]
            clock.seconds([*run, "route", "everything"])
            wrong, right = _verdicts(own, clock.environment, 4 if quick else LAST)
        finally:
            os.chdir(ROOT)
    rows = [
        ("`attention-workbook init DIR`", inits, 1.0),
        ("`attention-workbook list`", listed, 0.2),
        ("a save to its verdict in `watch`, wrong answer", list(wrong.values()), 0.5),
        ("the same, right answer", list(right.values()), 0.5),
    ]
    everything = wrong | right
    slow = sorted((taken.wall, name) for name, taken in everything.items() if taken.wall > 0.5)
    above = ", ".join(f"{name} {seconds:.2f} s" for seconds, name in reversed(slow)) or "none"
    return Section(
        "The workbook's companion",
        COMMAND,
        "Seconds from the command to its end, in fresh processes, and from a saved file to the "
        f"printed verdict, over ex01 to ex{len(right):02d} in turn, each first wrong, then right. "
        "Computing is that of all its processes.",
        ["what", "median s", "most", "computing, median s", "most", "wanted"],
        [[what, *_figures(taken), f"{wanted:.1f}"] for what, taken, wanted in rows],
        f"Verdicts that took more than 0.5 s: {above}.",
    )


def _figures(taken: list[Taken]) -> Iterator[str]:
    for seconds in zip(*taken):
        yield f"{median(seconds):.2f}"
        yield f"{max(seconds):.2f}"


def _timed(clock: Clock, arguments: list[str]) -> Taken:
    before = os.times()
    wall = clock.seconds(arguments)
    after = os.times()
    computing = sum(after[2:4]) - sum(before[2:4])
    return Taken(wall, computing)


def _wait_until_idle(process: int) -> None:
    """A cause may still be searched for, and the worker for the next save gets warm."""
    before = -1.0
    while (now := _computed(process)) > before + 0.01:
        before = now
        time.sleep(0.5)


def _computed(process: int) -> float:
    """Seconds of computing so far, of a process and of all its children."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    except OSError:  # it has just ended, and counts with its parent
        return 0.0
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(_computed, map(int, children)))


def _verdicts(
    own: Path, environment: dict[str, str], last: int
) -> tuple[dict[str, Taken], dict[str, Taken]]:
    """Seconds from a save to its verdict, of a spoilt and of the right answer to each exercise."""
    watch = subprocess.Popen(
        [sys.executable, "-m", "attention_workbook", "watch"],
        cwd=own,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    wrong, right = {}, {}
    try:
        _read_to(watch, "Write ex01_softmax")
        for folder in sorted(own.glob("ex[0-9][0-9]_*"))[:last]:
            number = folder.name[:4]
            (reference,) = (
                path
                for path in (ROOT / "solutions" / folder.name).glob("*.py")
                if path.name not in ("stub.py", "mistakes.py", "styles.py")
            )
            source = reference.read_text(encoding="utf-8")
            name = source.partition("\ndef ")[2].partition("(")[0]
            for kind, text in ((wrong, source + SPOILT.format(name=name)), (right, source)):
                if kind is wrong and not name:
                    continue  # a class
                _wait_until_idle(watch.pid)
                draft = folder / "draft"
                draft.write_text(text, encoding="utf-8")
                before, start = _computed(watch.pid), time.perf_counter()
                shutil.move(draft, folder / reference.name)
                _read_to(watch, f"{number}: {'not yet' if kind is wrong else 'passed'}")
                wall = time.perf_counter() - start
                word = "wrong" if kind is wrong else "right"
                kind[f"{number} {word}"] = Taken(wall, _computed(watch.pid) - before)
    finally:
        watch.kill()
        watch.wait()
    return wrong, right


def _read_to(watch: "subprocess.Popen[str]", words: str) -> None:
    assert watch.stdout is not None
    for line in watch.stdout:
        if line.startswith(words):
            return
    raise RuntimeError(f"watch ended before it said {words!r}")
