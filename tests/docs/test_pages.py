"""Links lead somewhere, figures name their command, and formulas survive the Markdown reader."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from .code_blocks import ROOT, documents

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FIGURE = re.compile(r"^!\[[^\]]+\]\((\S+)\)\n\n(.*)$", re.M)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.M | re.S)
INLINE = re.compile(r"\$([^$\n]+)\$")
BOOK = [path for path in documents() if path.parent.name in {"book", "zh"}]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT / "docs"))


def prose(path: Path) -> str:
    """The page without its fenced blocks and code spans."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "code", text)


@pytest.mark.parametrize("path", documents(), ids=name)
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for target in LINK.findall(prose(path)):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        where = (path.parent / file).resolve() if file else path
        assert where.exists(), f"{name(path)} links to {target}, which is not there"
        if heading:
            assert heading in anchors(where), f"{name(path)} links to {target}: no such heading"


def test_every_exercise_is_linked_from_a_chapter() -> None:
    linked = {
        Path(target).parent.name
        for path in BOOK
        if path.parent.name == "book"
        for target in LINK.findall(prose(path))
        if "/exercises/" in target
    }
    exercises = {path.name for path in (ROOT / "exercises").glob("ex[0-9]*")}
    assert exercises <= linked, f"no chapter links to {sorted(exercises - linked)}"


def test_the_chapters_stand_in_the_table_of_contents() -> None:
    contents = (ROOT / "docs" / "README.md").read_text("utf-8")
    chapters = sorted((ROOT / "docs" / "book").glob("[0-9]*.md"))
    for number, path in enumerate(chapters, 1):
        title = path.read_text("utf-8").partition("\n")[0].removeprefix(f"# {number}. ")
        assert f"| {number} | [{title}](book/{path.name}) |" in contents
        for other, said in ((chapters[: number - 1], "Before"), (chapters[number:], "Next")):
            if other:
                near = other[-1 if said == "Before" else 0].name
                assert re.search(
                    rf"{said}: \[[^]]+\]\({re.escape(near)}\)", path.read_text("utf-8")
                )


def anchors(path: Path) -> set[str]:
    """Headings as the code-hosting sites name them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", BOOK, ids=name)
def test_every_figure_is_followed_by_its_command(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    figures = re.findall(r"^!\[.*", text, re.M)
    captions = dict(FIGURE.findall(text))
    assert len(figures) == len(captions), f"{name(path)}: a figure has no line under it"
    for figure, caption in captions.items():
        command = f"`python docs/make_figures.py {Path(figure).stem}`"
        assert command in caption, f"{name(path)}: {command} is missing under {figure}"


def test_every_figure_has_its_drawing() -> None:
    """Asked of the script itself, in a process of its own: it chooses a backend when imported."""
    script = ROOT / "docs" / "make_figures.py"
    run = [sys.executable, str(script), "--help"]
    listed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    drawings = set(re.findall(r"\w+", listed.partition("NAME  ")[2]))
    drawn = {path.stem for path in (ROOT / "docs" / "figures").glob("*.png")}
    assert drawn <= drawings, f"figures that nothing draws: {sorted(drawn - drawings)}"


def test_every_figure_is_shown() -> None:
    shown = {Path(f).name for path in BOOK for f, _ in FIGURE.findall(path.read_text("utf-8"))}
    drawn = {path.name for path in (ROOT / "docs" / "figures").glob("*.png")}
    assert drawn <= shown, f"figures that no page shows: {sorted(drawn - shown)}"


@pytest.mark.parametrize("path", BOOK, ids=name)
def test_formulas_survive_markdown(path: Path) -> None:
    """Markdown eats a backslash before punctuation and reads }_ … }_ and * … * as emphasis."""
    text = prose(path)
    assert text.count("$$") == 2 * len(DISPLAY.findall(text)), "$$ must stand on lines of its own"
    for formula in DISPLAY.findall(text):
        assert "\n\n" not in formula
        check_formula(formula)
    for paragraph in re.split(r"\n\n+", DISPLAY.sub("", text)):
        for formula in INLINE.findall(" ".join(paragraph.split("\n"))):
            check_formula(formula)
            assert not formula[0].isspace(), f"${formula}$ begins with a blank"
            assert not formula[-1].isspace(), f"${formula}$ ends with a blank"
            assert "|" not in formula, f"${formula}$: | would split a table"
        for match in INLINE.finditer(" ".join(paragraph.split("\n"))):
            before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
            assert before in {"", " ", "("}, f"{match[0]} needs a blank before it"
            assert after in {"", *" .,:;)?!-"}, f"{match[0]} needs a blank after it"


def check_formula(formula: str) -> None:
    assert not re.search(r"\\[^a-zA-Z]", formula), f"{formula}: Markdown would eat a backslash"
    assert not re.search(r"[*<>]", formula), f"{formula}: * < > are Markdown's own"
    assert not re.search(r"[^\w\s]_", formula), f"{formula}: _ after punctuation starts emphasis"
    assert formula.count("{") == formula.count("}"), f"{formula}: braces do not pair"
    assert formula.count(r"\begin") == 0, f"{formula}: environments need a double backslash"
