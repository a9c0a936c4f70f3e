"""What is shown, in the reader's language: English is the source, a catalogue holds the others.

The files of ``chinese/`` map an English message, with {holes} where words vary, to its
translation. What is shown passes through ``said`` last, so no other file knows of languages; a
message that the catalogue lacks stays English. Names of checks, code and numbers are never
translated. Some holes take less than anything: {is} a verb in either number, {digits} a number;
{names} and {traits} may be several.
"""

import json
import os
import re
import unicodedata
from functools import cache, cached_property
from pathlib import Path

LANGUAGES = {"en": None, "zh": "chinese"}
HOLE = re.compile(r"\{(\w+)\}")
COLUMNS = re.compile(r"(\s{2,})")
PIECES = re.compile(r"\s+|[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
ANYTHING = "(?:(?!  ).)+?"  # but the two blanks that part columns
KINDS = {
    "is": "is|are",
    "has": "has|have",
    "they": "it|they",
    "possessive": "its|their",
    "runs": "runs?",
    "repeats": "repeats?",
    "digits": r"-?[\d.,e+-]+",
    "value": r"True|False|-?[\d.e+-]+",
    "word": r"\w+",
    "exnn": r"ex\d\d",
    "exnn_name": r"ex\d\d_\w+",
}
SEVERAL = {"names": (", | and ", "、"), "traits": (" and ", "，且")}
AGAIN = re.compile("; ")  # where a cause may end and the next begin
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


def told(problem: Exception) -> str:
    """What went wrong, in a sentence: of what the system refuses, the file and the reason."""
    if isinstance(problem, OSError) and problem.strerror:
        return ": ".join(filter(None, (str(problem.filename or ""), said(problem.strerror))))
    return said(str(problem))


def message(text: str, catalogue: str = "chinese") -> str | None:
    """The translation of one message, None if the catalogue has none."""
    exact, templates = _read(catalogue)
    if text in exact:
        return exact[text]
    for end in AGAIN.finditer(text):
        first = message(text[: end.start()], catalogue)
        if first and (rest := message(text[end.end() :], catalogue)):
            return f"{first}；{rest}"
    for template in templates:
        if (holes := template.holes(text)) is not None:
            return HOLE.sub(lambda hole: _filled(hole[1], holes[hole[1]]), template.translation)
    return None


def _filled(name: str, value: str) -> str:
    """What stands in a hole: its translation, piece by piece where it holds several."""
    whole = message(value)
    if whole is not None or name not in SEVERAL:
        return whole or value
    between, sign = SEVERAL[name]
    return sign.join(message(piece) or piece for piece in re.split(between, value))


def width(text: str) -> int:
    """Columns that a text takes on a screen, where a Chinese character takes two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def joint(before: str, after: str) -> str:
    """What stood where a text was broken in two: nothing between Chinese, else a blank."""
    wide = width(before[-1:]) == 2
    return "" if wide and (width(after[:1]) == 2 or before[-1] in NEVER_FIRST) else " "


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


class _Template:
    """A message with holes; it is compiled when a text begins and ends as it does."""

    def __init__(self, text: str, translation: str) -> None:
        self.translation = translation
        self.literal = len(HOLE.sub("", text))
        self._pieces = HOLE.split(text)

    def holes(self, text: str) -> dict[str, str] | None:
        """What stands in its holes if a text is this message, else None."""
        if not (text.startswith(self._pieces[0]) and text.endswith(self._pieces[-1])):
            return None
        match = self.pattern.fullmatch(text)
        return match.groupdict() if match else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Of the whole message, each hole a group; none in backticks reaches beyond them."""
        pattern = ""
        for i, piece in enumerate(self._pieces):
            inside = ANYTHING if not self._pieces[i - 1].endswith("`") else "[^`]+"
            pattern += f"(?P<{piece}>{KINDS.get(piece, inside)})" if i % 2 else re.escape(piece)
        return re.compile(pattern)


@cache
def _read(catalogue: str) -> tuple[dict[str, str], list[_Template]]:
    """Messages without holes, and those with, the most definite first."""
    messages: dict[str, str] = {}
    for path in sorted(Path(__file__).with_name(catalogue).glob("*.json")):
        messages |= json.loads(path.read_text(encoding="utf-8"))
    exact = {text: told for text, told in messages.items() if not HOLE.search(text)}
    holed = [_Template(text, told) for text, told in messages.items() if text not in exact]
    return exact, sorted(holed, key=lambda template: -template.literal)
