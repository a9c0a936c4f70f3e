"""A log as it lies there: parts of text that are read one after the other, or one table."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from ...errors import DataError
from .encodings import guess_encoding, known_encoding, utf8_runs

_BUFFER = 1 << 20  # bytes unpacked at a time: the default of 8 kB halves the speed
_SAMPLE = 1 << 22  # bytes that are looked at to guess an encoding
UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, UnicodeError)


class Part(NamedTuple):
    """One file, or one member of an archive."""

    name: str
    open: Callable[[], IO[bytes]]  # unpacked bytes, from the begin


class NamedTable(NamedTuple):
    """Rows of a database or a Parquet file, every value as text, "" for none."""

    columns: dict[str, list[str]]
    number: int = 1  # of the first row


@dataclass
class Source:
    """One log. ``str(source)`` is what messages call it."""

    title: str
    path: Path  # the first file: side files may lie beside it
    parts: tuple[Part, ...] = ()
    table: Callable[[], NamedTable] | None = None
    encoding: str | None = None  # None: guessed from the first part
    notes: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=lambda: [0])  # lines before each part

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return self.path.name

    def lines(self) -> Iterator[str]:
        """The lines of all parts with their ends; a header that a later part repeats is left out.

        Raises DataError if a part is cut short, or is not what its name says.
        """
        self._starts, header, count = [], "", 0
        for part in self.parts:
            self._starts.append(count)
            encoding = self.encoding or self._guess(part)
            with open_text(part, encoding) as text:
                try:
                    for number, line in enumerate(text):
                        count += 1
                        if len(self._starts) == 1 and not number:
                            header = line
                        elif not number and _same_header(line, header):
                            yield "\n"
                            continue
                        elif not number and _is_header(header, 2) and _is_header(line, 2):
                            raise DataError(
                                f"{part.name} begins with {line.strip()[:60]!r}, where "
                                f"{self.parts[0].name} begins with {header.strip()[:60]!r}; files "
                                "that are one log need one header: name those that have it."
                            )
                        yield line
                    if self.parts[-1] is not part and count and not line.endswith(("\n", "\r")):
                        yield "\n"
                except UNREADABLE as error:
                    raise DataError(
                        f"{part.name} is damaged or not what its name says ({error}); fetch it "
                        "again, or name its encoding with --encoding."
                    ) from None

    def place(self, line: int) -> str:
        """Where line number ``line`` of `lines` stands, as an editor shows it."""
        if len(self.parts) < 2:
            return f"line {line:,}"
        part = sum(start < line for start in self._starts) - 1
        return f"{self.parts[part].name}, line {line - self._starts[part]:,}"

    def _guess(self, part: Part) -> str:
        try:
            with part.open() as file:
                sample = file.read(_SAMPLE)
        except FileNotFoundError:
            raise DataError(f"There is no file {part.name}; check the path.") from None
        except UNREADABLE as error:
            raise DataError(
                f"{part.name} is damaged or not what its name says ({error}); fetch it again."
            ) from None
        guess = guess_encoding(sample)
        if not guess.startswith("utf"):
            note = f"{part.name} is no UTF-8; it is read as {guess}, a guess (--encoding states it)"
            if parts := utf8_runs(sample) if guess != "gb18030" else 0:
                note += f"; {parts:,} pieces of it are UTF-8, which come out wrong"
            if note not in self.notes:
                self.notes.append(note)
        return guess


def open_text(part: Part, encoding: str = "utf-8") -> IO[str]:
    """A part as text. Raises DataError if it cannot be opened.

    Bytes that are not valid in ``encoding`` become lone surrogates, so that only the rows that
    hold them are lost; `assemble` counts those.
    """
    encoding = known_encoding(encoding)
    try:
        raw = io.BufferedReader(part.open(), _BUFFER)  # type: ignore[type-var]
        strict = encoding.startswith(("utf-16", "utf-32"))
        errors = "strict" if strict else "surrogateescape"
        return io.TextIOWrapper(raw, encoding, errors=errors, newline="")
    except FileNotFoundError:
        raise DataError(f"There is no file {part.name}; check the path.") from None
    except OSError as error:
        raise DataError(f"{part.name} cannot be opened: {error.strerror or error}.") from None


def _same_header(line: str, other: str) -> bool:
    return line.replace('"', "").strip() == other.replace('"', "").strip() and _is_header(line)


def _is_header(line: str, fewest: int = 1) -> bool:
    """So many names or more, none of them a number; a row of events nearly always has one."""
    fields = [field.strip(' "\r\n') for field in re.split(r"[,;\t|]", line)]
    named = not any(field[:1].isdigit() for field in fields)
    return named and len(fields) >= fewest and line[:1] not in "{[#"
