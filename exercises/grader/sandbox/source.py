"""Reads a student's file, whatever may lie in its place."""

import ast
import codecs
import io
import os
import stat
import tokenize
import warnings
from pathlib import Path

LARGEST = 100_000  # bytes; the longest reference has 6,000
KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}


class Unreadable(Exception):
    """The reason, as what follows the file's name, and the line if one is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def lies_there(path: Path) -> bool:
    """Whether anything at all stands under this name; True where that cannot be seen."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def read_source(path: Path) -> str:
    """The text of a Python file, by its byte-order mark or coding line. Raises Unreadable."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            raise Unreadable(
                f"is a link to {os.readlink(path)}; put the file itself here, which is to be yours"
            )
        for is_kind, name in KINDS.items():
            if is_kind(found.st_mode):
                raise Unreadable(f"is {name}; a text file is expected")
        if found.st_size > LARGEST:
            raise Unreadable(
                f"has {found.st_size:,} bytes; an answer has a few thousand, at most {LARGEST:,}"
            )
        data = path.read_bytes()
    except OSError as problem:
        raise Unreadable(f"cannot be read ({problem.strerror or problem})") from problem
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("is UTF-16 text; save it as UTF-8")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return io.TextIOWrapper(io.BytesIO(data), encoding, newline=None).read()
    except SyntaxError as problem:
        raise Unreadable(f"names an encoding that Python does not know: {problem.msg}") from problem
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise Unreadable(
            f"is not {problem.encoding} text (byte {data[problem.start]:#04x}); save it as UTF-8",
            line,
        ) from problem
    except (LookupError, UnicodeError) as problem:  # rot13, hex: Python knows them, but not of text
        raise Unreadable(
            "names an encoding that is none of source text; save it as UTF-8"
        ) from problem


def parse(source: str, path: Path) -> ast.Module:
    """Its syntax tree. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that of "\d", which Python bears with
            return ast.parse(source, str(path))
    except SyntaxError as problem:
        line = problem.lineno or 0
        if (problem.text or "").lstrip().startswith(("%", "!")):
            raise Unreadable("has a notebook's command, which is no Python", line) from problem
        raise Unreadable(f"SyntaxError: {problem.msg}", line) from problem
    except ValueError as problem:
        raise Unreadable(f"cannot be read as Python: {problem}") from problem
    except (RecursionError, MemoryError) as problem:
        raise Unreadable("is nested too deep for Python to read") from problem
