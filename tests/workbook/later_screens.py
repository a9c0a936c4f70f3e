"""The companion's later screens: a review, an update to a later version, a class, a notebook."""

import contextlib
import io
import linecache
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from tests.workbook.screens import ANSWERS

TITLES = {
    "A review": "复习",
    "An update to a later version": "更新到新版本",
    "A class": "给一个班评分",
    "In a notebook": "在 notebook 里",
    "In a notebook, a right answer": "在 notebook 里，正确的答案",
}
Shown = tuple[str, str, str]


def later(own: Path, language: str) -> Iterator[Shown]:
    """Title, what is typed, what is printed; ex01 has passed and is due."""
    for made in (_review, _update, _class, _notebook):
        for title, typed, said in made(own, language):
            yield title if language == "en" else TITLES[title], typed, said


def _said(language: str, command: str) -> str:
    from attention_workbook.__main__ import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main(["--lang", language, *command.split()])
    return said.getvalue()


def _review(own: Path, language: str) -> Iterator[Shown]:
    from attention_workbook.__main__ import typed
    from attention_workbook.place import Place
    from attention_workbook.review import review
    from grader.language import choose
    from grader.language import said as spoken

    choose(language)
    answers = iter(["softmax_first_try.py", "softmax_right.py"])

    def press_enter(prompt: str) -> str:
        print(prompt)
        shutil.copy(ANSWERS / next(answers), own / "review" / "ex01_softmax" / "softmax.py")
        return ""

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        print(spoken(review(Place(own, own, own, typed), "", press_enter)))
    yield "A review", "$ attention-workbook review", said.getvalue()


def _update(own: Path, language: str) -> Iterator[Shown]:
    from attention_workbook import lay_out

    newer = lay_out.contents()
    for place in ("ex01_softmax/softmax.py", "ex02_attention/README.md"):
        newer[place] += b"\n"
    newer["ex45_doubling/doubling.py"] = b""
    shutil.copy(ANSWERS / "softmax_right.py", own / "ex01_softmax" / "softmax.py")
    with (
        mock.patch.object(lay_out, "contents", return_value=newer),
        mock.patch.object(lay_out, "version", return_value="0.2.0"),
    ):
        said = _said(language, "update")
    yield "An update to a later version", "$ attention-workbook update", said


def _class(own: Path, language: str) -> Iterator[Shown]:
    there = own.parent
    for student, answer in (("ada", "softmax_right.py"), ("ben", "softmax_first_try.py")):
        place = there / "class" / student / "ex01_softmax"
        place.mkdir(parents=True)
        shutil.copy(ANSWERS / answer, place / "softmax.py")
    os.chdir(there)
    command = "grade class --csv marks.csv --seed 1"
    # Whoever is done first is told first, so the lines are put in order.
    *students, total, files = _said(language, command).splitlines()
    names = [line.partition("  ")[2] for line in students]
    lines = [f"{n}/{len(names)}  {name}" for n, name in enumerate(sorted(names), 1)]
    yield "A class", f"$ attention-workbook {command}", "\n".join([*lines, total, files])
    os.chdir(own)


def _notebook(own: Path, language: str) -> Iterator[Shown]:
    from attention_workbook import check

    call = 'check("ex01", softmax=softmax, softmax_backward=softmax_backward)'
    for title, name in (
        ("In a notebook", "softmax_first_try.py"),
        ("In a notebook, a right answer", "softmax_right.py"),
    ):
        text = (ANSWERS / name).read_text(encoding="utf-8")
        cell = f"<cell {name}>"
        linecache.cache[cell] = (len(text), None, text.splitlines(keepends=True), cell)
        scope: dict = {"__name__": "__main__"}
        exec(compile(text, cell, "exec"), scope)
        verdict = check("ex01", **{one: scope[one] for one in ("softmax", "softmax_backward")})
        lines = repr(verdict).splitlines()
        yield title, call, "\n".join([*lines[:8], "…", *lines[-3:]] if len(lines) > 20 else lines)
