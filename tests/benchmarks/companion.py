"""How long the workbook's companion keeps a student waiting: init, list, a verdict."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

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


def section(quick: bool) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own"
        clock = Clock(Path(folder))
        clock.environment["PYTHONPATH"] = str(ROOT / "exercises")
        run = ["-m", "attention_workbook"]
        clock.seconds([*run, "init", str(own)])
        inits = [
            clock.seconds([*run, "init", f"{folder}/{number}"])
            for number in range(3 if quick else 9)
        ]
        os.chdir(own)
        try:
            listed = clock.medians({"list": [*run, "list"]}, 3 if quick else 9)["list"]
            clock.seconds([*run, "route", "everything"])
            wrong, right = _verdicts(own, clock.environment, 4 if quick else LAST)
        finally:
            os.chdir(ROOT)
    rows = [
        ("`attention-workbook init DIR`", inits, 1.0),
        ("`attention-workbook list`", [listed], 0.2),
        ("a save to its verdict in `watch`, wrong answer", list(wrong.values()), 0.5),
        ("the same, right answer", list(right.values()), 0.5),
    ]
    everything = wrong | right
    slow = sorted((seconds, name) for name, seconds in everything.items() if seconds > 0.5)
    above = ", ".join(f"{name} {seconds:.2f} s" for seconds, name in reversed(slow)) or "none"
    return Section(
        "The workbook's companion",
        COMMAND,
        "Seconds from the command to its end, in fresh processes, and from a saved file to the "
        f"printed verdict, over ex01 to ex{len(right):02d} in turn, each first wrong, then right.",
        ["what", "median s", "most", "wanted"],
        [
            [what, f"{median(taken):.2f}", f"{max(taken):.2f}", f"{wanted:.1f}"]
            for what, taken, wanted in rows
        ],
        f"Verdicts that took more than 0.5 s: {above}.",
    )


def _verdicts(
    own: Path, environment: dict[str, str], last: int
) -> tuple[dict[str, float], dict[str, float]]:
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
                time.sleep(0.4)  # the worker for the next save gets warm
                draft = folder / "draft"
                draft.write_text(text, encoding="utf-8")
                start = time.perf_counter()
                shutil.move(draft, folder / reference.name)
                _read_to(watch, f"{number}: ")
                kind[f"{number} {'wrong' if kind is wrong else 'right'}"] = (
                    time.perf_counter() - start
                )
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
