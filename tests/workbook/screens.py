"""Makes ``docs/workbook/screens.md``: what a new user sees, from the clone to the first points.

``python tests/workbook/screens.py`` writes the page. A test holds the page and the grader together,
so it is also the golden copy of the grader's reports.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "workbook" / "screens.md"
ANSWERS = Path(__file__).parent / "answers"
INTRODUCTION = """\
# What a new user sees

From the fresh clone to the first ten points: every screen as it was printed, without the lines
about the machine. Made by `python tests/workbook/screens.py`; a test holds it to the grader.
"""


class Screen(NamedTuple):
    """A step: what the user does (an answer to put in place, a command), and words about it."""

    title: str
    words: str
    answer: str | None
    command: str


SCREENS = [
    Screen(
        "A fresh clone",
        "Nothing is started, so nothing fails. The last line says what to do.",
        None,
        "pytest exercises/",
    ),
    Screen(
        "ex01, first try",
        "The softmax runs along the wrong axis, the backward pass forgets the sum: both are named.",
        "softmax_first_try.py",
        "pytest exercises/ex01_softmax",
    ),
    Screen(
        "A hint", "One at a time, from nudge to near-answer.", None, "pytest exercises --hint ex01"
    ),
    Screen(
        "ex01, second try",
        "The axis is right, large scores overflow, and the backward pass is a stub again.",
        "softmax_second_try.py",
        "pytest exercises/ex01_softmax",
    ),
    Screen(
        "A case in full",
        "The inputs of a failing check, and three lines that replay it in one's own Python.",
        None,
        "pytest exercises/ex01_softmax --show large_scores_stay_finite",
    ),
    Screen(
        "ex01, solved",
        "All checks pass, and the next step is shown.",
        "softmax_right.py",
        "pytest exercises/ex01_softmax",
    ),
    Screen(
        "A file that ends the process",
        "It is marked with the reason; everything else is graded as usual.",
        "../hostile/calls_os_exit_at_import.py",
        "pytest exercises/ex01_softmax",
    ),
    Screen(
        "Starting over",
        "The stub comes back and the old attempt stays beside it.",
        None,
        "pytest exercises --reset ex01",
    ),
    Screen(
        "An interview",
        "Its plan, as it is shown where nobody sits at a terminal; at one, Enter starts the clock.",
        None,
        "pytest exercises --interview 60",
    ),
]


def checkout(folder: Path) -> Path:
    """A fresh clone: the workbook with every stub in place."""
    for name in ("exercises", "solutions"):
        ignored = shutil.ignore_patterns("__pycache__", "*.attempt-*.py")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for stub in (folder / "solutions").glob("*/stub.py"):
        (file,) = [
            path.name
            for path in stub.parent.glob("*.py")
            if path.name not in ("stub.py", "mistakes.py", "styles.py")
        ]
        shutil.copy(stub, folder / "exercises" / stub.parent.name / file)
    return folder


def screen(step: Screen, folder: Path) -> str:
    """What the step prints in a checkout, without what depends on the machine."""
    if step.answer is not None:
        shutil.copy(ANSWERS / step.answer, folder / "exercises" / "ex01_softmax" / "softmax.py")
    command = [sys.executable, "-m", *step.command.split()]
    environment = {**os.environ, "COLUMNS": "80", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return tidy(done.stdout + done.stderr, folder)


def tidy(text: str, folder: Path) -> str:
    """Durations and paths made the same everywhere, pytest's lines about the machine left out."""
    text = text.replace(str(folder.resolve()) + os.sep, "").replace(str(folder) + os.sep, "")
    text = re.sub(r"=* ?(\S.*?) in [\d.]+s(?: \([\d:]+\))? ?=*", r"\1", text)
    dropped = ("platform ", "rootdir: ", "configfile: ", "plugins: ", "cachedir: ", "benchmark: ")
    lines = [line.rstrip() for line in text.splitlines() if not line.startswith(dropped)]
    return "\n".join(line for line in lines if "test session starts" not in line).strip("\n")


def page(folder: Path) -> str:
    """The whole page, run in a checkout."""
    parts = [INTRODUCTION]
    for step in SCREENS:
        shown = screen(step, folder)
        parts.append(
            f"## {step.title}\n\n{step.words}\n\n```text\n$ {step.command}\n{shown}\n```\n"
        )
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(checkout(Path(folder))), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
