"""Makes ``docs/workbook/companion.md``: the screens of ``attention-workbook``, as they are printed.

``python -m tests.workbook.own_screens`` writes the page; a test holds it to the companion.
"""

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.workbook.screens import ANSWERS, PAGE, tidy

OWN = PAGE.with_name("companion.md")
INTRODUCTION = """\
# The workbook in a folder of one's own

Every screen of the companion as it is printed, made by `python -m tests.workbook.own_screens`; a
test holds the page. Every command is a flag of `pytest` as well: `pytest --hint ex02`.

`watch` asks ten times a second for its file's time and size and sleeps in between. `progress.json`
is what is remembered: counts are kept by computer, so two computers that share a folder lose
nothing; a copy that a syncing program lays beside it is taken in. Points are graded afresh.
`update` replaces what it laid out itself and leaves what you have changed.
"""
Step = tuple[str, str, str | None]
STEPS: list[Step] = [
    ("A folder of one's own", "init mine", None),
    ("Where one stands", "list", None),
    ("A first try", "check ex01", "softmax_first_try.py"),
    ("A hint", "hint ex01", None),
    ("What an assistant is told", "explain ex01 --json", None),
    ("A pass, and its solution", "check ex01", "softmax_right.py"),
    ("The same list, later", "list", None),
    ("What is due again, two days on", "list", "2026-01-03"),
    ("An update, when there is nothing newer", "update", None),
    ("Another route", "route weekend", None),
    ("Not a workbook", "init mine", None),
]


def page(folder: Path) -> str:
    """The whole page, run in an empty folder."""
    parts = [INTRODUCTION]
    with _there(folder):
        from attention_workbook.lay_out import version

        for title, command, given in STEPS:
            own = folder / "mine"
            if given is not None and given.endswith(".py"):
                shutil.copy(ANSWERS / given, own / "ex01_softmax" / "softmax.py")
            elif given is not None:
                os.environ["ATTENTION_WORKBOOK_NOW"] = f"{given}T12:00:00+00:00"
            if own.is_dir() and title != STEPS[-1][0]:
                os.chdir(own)
            else:
                os.chdir(folder)
            shown = tidy(_said(command.split()), folder).replace(version(), "0.1.0")
            if command.startswith("explain"):
                shown = "\n".join([*shown.splitlines()[:14], "  …"])
            parts.append(f"## {title}\n\n```text\n$ attention-workbook {command}\n{shown}\n```\n")
        os.chdir(folder / "mine")
        for columns in (80, 40):
            os.environ["COLUMNS"] = str(columns)
            shutil.copy(
                ANSWERS / "softmax_first_try.py", folder / "mine" / "ex01_softmax/softmax.py"
            )
            parts += _watched(folder / "mine", columns)
    return "\n".join(parts)


def _said(arguments: list[str]) -> str:
    from attention_workbook.__main__ import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main(arguments)
    return said.getvalue()


def _watched(own: Path, columns: int) -> Iterator[str]:
    from attention_workbook.__main__ import typed
    from attention_workbook.commands import Place
    from attention_workbook.watch import watch

    from tests.workbook.test_watch import Script

    def right() -> None:
        shutil.copy(ANSWERS / "softmax_right.py", own / "ex01_softmax" / "softmax.py")

    desk = Script(right)
    watch(Place(own, own, own, typed), desk)
    for title, screen in zip(("An answer that is wrong", "It is mended and saved"), desk.screens):
        yield f"## Watch, {columns} columns: {title}\n\n```text\n{screen}\n```\n"


@contextlib.contextmanager
def _there(folder: Path) -> Iterator[None]:
    names = ("COLUMNS", "ATTENTION_WORKBOOK_NOW")
    before, here = {name: os.environ.get(name) for name in names}, Path.cwd()
    os.environ.update(COLUMNS="80", ATTENTION_WORKBOOK_NOW="2026-01-01T12:00:00+00:00")
    try:
        yield
    finally:
        os.chdir(here)
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def main() -> None:
    """Write the page."""
    import tests.workbook.conftest  # noqa: F401 - it puts the grader on the path

    with tempfile.TemporaryDirectory() as folder:
        OWN.write_text(page(Path(folder).resolve()), encoding="utf-8")
    print(f"wrote {OWN}")


if __name__ == "__main__":
    main()
