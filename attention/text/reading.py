"""A text as training reads it: windows of ids, of a text in memory or of a file read by ranges.

A file is looked at once, each rank a part of it: which characters there are, and where in it they
stand. After that no more of it is read than the windows that a rank computes with.
"""

import codecs
import copy
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from ..files import fingerprint
from ..parallel.ranks import Ranks, world
from .corpus import read_corpus
from .tokenizer import CharTokenizer

_BLOCK = 1 << 12  # bytes between two places of which it is known how many characters precede them
_PIECE = 1 << 20  # bytes looked at together


class Text(Protocol):
    """Characters by number."""

    tokenizer: CharTokenizer
    mark: str  # equal texts have equal ones

    def __len__(self) -> int: ...

    def windows(self, starts: np.ndarray, length: int) -> np.ndarray:
        """The ids from each of `starts` (B,) on, (B, length)."""

    def read_by(self, tokenizer: CharTokenizer) -> Self:
        """The same in the ids of another. Raises ValueError for characters it does not know."""


class TextInMemory:
    """A string."""

    def __init__(self, text: str, tokenizer: CharTokenizer | None = None) -> None:
        self.tokenizer, self.mark = tokenizer or CharTokenizer(text), fingerprint(text)
        self._text, self._ids = text, self.tokenizer.encode(text)

    def __len__(self) -> int:
        return len(self._ids)

    def windows(self, starts: np.ndarray, length: int) -> np.ndarray:
        return self._ids[starts[:, None] + np.arange(length)]

    def read_by(self, tokenizer: CharTokenizer) -> Self:
        return type(self)(self._text, tokenizer)


class TextFile:
    """A UTF-8 file. Memory: a number for each block of it, whatever its size.

    Raises ValueError where it is no UTF-8, OSError where it cannot be read.
    """

    def __init__(self, path: str | Path, ranks: Ranks) -> None:
        self.path = path
        self._bytes: np.ndarray = np.memmap(path, np.uint8, "r")
        if self._bytes[:3].tobytes() == codecs.BOM_UTF8:  # is no character of the text
            self._bytes = self._bytes[3:]
        pieces = range(0, len(self._bytes), _PIECE)
        seen = [self._look(begin) for begin in pieces[ranks.rank :: ranks.size]]
        found = ranks.gather([(at, *rest) for at, *rest in seen])
        found.sort(key=lambda piece: piece[0])
        self.tokenizer = CharTokenizer(characters for _, characters, _, _ in found)
        counts = np.concatenate([counts for _, _, counts, _ in found])
        self._before = np.concatenate([[0], np.cumsum(counts)])  # characters before each block
        self.mark = fingerprint([digest for _, _, _, digest in found])
        self._codes = _codes(self.tokenizer)

    def __len__(self) -> int:
        return int(self._before[-1])

    def windows(self, starts: np.ndarray, length: int) -> np.ndarray:
        codes = np.array([self._window(int(start), length) for start in starts], np.uint32)
        return np.searchsorted(self._codes, codes.reshape(len(starts), length))

    def read_by(self, tokenizer: CharTokenizer) -> Self:
        tokenizer.encode(self.tokenizer.characters)
        other = copy.copy(self)
        other.tokenizer, other._codes = tokenizer, _codes(tokenizer)
        return other

    def _window(self, start: int, length: int) -> np.ndarray:
        """The characters from number `start` on, as numbers (length,)."""
        block = int(np.searchsorted(self._before, start, side="right")) - 1
        skip = start - int(self._before[block])
        begin = block * _BLOCK
        some = self._bytes[begin : begin + 4 * (skip + length + 1)]
        if skip + length <= len(some) and (some[: skip + length] < 128).all():
            return np.asarray(some[skip : skip + length], np.uint32)
        first = np.flatnonzero(_begins(some))[skip : skip + length + 1]
        end = first[length] if len(first) > length else len(some)
        text = some[first[0] : end].tobytes().decode()
        return np.frombuffer(text.encode("utf-32-le"), np.uint32)

    def _look(self, begin: int) -> tuple[int, str, np.ndarray, str]:
        """Of the characters that begin in a piece: where, which, how many a block, a digest."""
        piece = np.asarray(self._bytes[begin : begin + _PIECE])
        starts = _begins(piece)
        blocks = np.arange(0, len(piece), _BLOCK)
        first = int(starts.argmax()) if starts.any() else 0  # what began before is of that piece
        end = begin + len(piece)
        while end < len(self._bytes) and not _begins(self._bytes[end : end + 1]).any():
            end += 1
        try:
            whole = self._bytes[begin + (first if begin else 0) : end].tobytes().decode()
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{self.path} cannot be read as UTF-8 text ({error}); save it as UTF-8"
            ) from None
        return begin, "".join(set(whole)), np.add.reduceat(starts, blocks), fingerprint(piece)


def open_text(path: str | Path | None = None) -> Text:
    """By default the shipped plays; a file that is packed is unpacked into memory.

    Raises FileNotFoundError or ValueError with what to do about it.
    """
    if path is None or not Path(path).is_file():
        return TextInMemory(read_corpus(path))
    with open(path, "rb") as file:
        begin = file.read(4)
    if not begin.removeprefix(codecs.BOM_UTF8) or begin[:2] == b"\x1f\x8b":
        return TextInMemory(read_corpus(path))
    return TextFile(path, world())


def _codes(tokenizer: CharTokenizer) -> np.ndarray:
    """The characters as numbers (V,), which rise as their ids do."""
    return np.array([ord(character) for character in tokenizer.characters], np.uint32)


def _begins(some: np.ndarray) -> np.ndarray:
    """Whether each byte begins a character."""
    return (some & 0xC0) != 0x80
