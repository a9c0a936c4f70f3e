"""What is shown, in the reader's language: English is the source, a catalogue holds the others.

``chinese.json`` maps an English message, with {holes} where words vary, to its translation. What
is shown passes through ``said`` last, so no other file knows of languages; a message that the
catalogue lacks stays English. Names of checks, code and numbers are never translated.
"""

import json
import os
import re
import unicodedata
from functools import cache
from pathlib import Path

LANGUAGES = {"en": None, "zh": "chinese.json"}
HOLE = re.compile(r"\{(\w+)\}")
COLUMNS = re.compile(r"(\s{2,})")
PIECES = re.compile(r"\s+|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
NEVER_FIRST = "，。；：、？！）》”"
_chosen: list[str] = []


def choose(language: str | None) -> None:
    """Show everything in a language from now on; None is the system's. Raises ValueError."""
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"--lang {language}: say {' or '.join(LANGUAGES)}")
    _chosen[:] = [language] if language else []


def chosen() -> str:
    """The language chosen, else the system's if the catalogue has it, else English."""
    if _chosen:
        return _chosen[0]
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    system = next(filter(None, map(os.environ.get, names)), "")
    return "zh" if system.startswith("zh") else "en"


def said(text: str) -> str:
    """A text, line by line, in the language chosen; what it lacks stays English."""
    catalogue = LANGUAGES[chosen()]
    if catalogue is None:
        return text
    return "\n".join(_line(line, catalogue) for line in text.split("\n"))


def message(text: str, catalogue: str = "chinese.json") -> str | None:
    """The translation of one message, None if the catalogue has none."""
    exact, templates = _read(catalogue)
    if text in exact:
        return exact[text]
    for pattern, translation in templates:
        if match := pattern.fullmatch(text):
            return _filled(translation, match.groupdict())
    return None


def _filled(translation: str, holes: dict[str, str]) -> str:
    return HOLE.sub(lambda hole: message(holes[hole[1]]) or holes[hole[1]], translation)


def width(text: str) -> int:
    """Columns that a text takes on a screen, where a Chinese character takes two."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)


def broken(text: str, columns: int) -> list[str]:
    """A text broken to a width: between words, and between any two Chinese characters."""
    lines, line = [], ""
    for piece in PIECES.findall(text):
        if line and width(line + piece) > columns and piece not in NEVER_FIRST:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _line(line: str, catalogue: str) -> str:
    bare = line.strip()
    if not bare:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    whole = message(bare, catalogue)
    if whole is not None:
        return indent + whole
    parts = COLUMNS.split(bare)
    if len(parts) == 1:
        return line
    for place in range(0, len(parts), 2):
        told = message(parts[place], catalogue)
        if told is None:
            continue
        if place + 1 < len(parts):  # the column keeps its width
            room = width(parts[place]) + len(parts[place + 1])
            parts[place + 1] = " " * max(room - width(told), 1)
        parts[place] = told
    return indent + "".join(parts)


@cache
def _read(catalogue: str) -> tuple[dict[str, str], list[tuple[re.Pattern[str], str]]]:
    """Messages without holes, and those with, the most definite first."""
    path = Path(__file__).with_name(catalogue)
    messages: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    exact = {text: told for text, told in messages.items() if not HOLE.search(text)}
    holed = sorted(messages.keys() - exact.keys(), key=lambda text: -len(HOLE.sub("", text)))
    return exact, [(_pattern(text), messages[text]) for text in holed]


def _pattern(text: str) -> re.Pattern[str]:
    pieces = HOLE.split(text)
    return re.compile(
        "".join(
            f"(?P<{one}>(?:(?!  ).)+?)" if i % 2 else re.escape(one) for i, one in enumerate(pieces)
        )
    )
