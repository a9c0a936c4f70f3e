"""The normalisation that a SentencePiece model carries: its own rules, then what becomes of blanks.

The rules stand in the file as a double-array trie (Aoe 1989): from each place the longest match is
replaced, and what has no rule stays. A blank is written ▁ (U+2581).
"""

import re
import struct
from collections.abc import Iterator, Sequence

BLANK = "▁"


class Rules:
    """`blob`: the size of the trie, its units of 32 bits, and the replacements, each ended by NUL.

    Raises ValueError for a size that does not fit.
    """

    def __init__(self, blob: bytes) -> None:
        size = int.from_bytes(blob[:4], "little")
        if len(blob) < 8 or size < 4 or size % 4 or 4 + size > len(blob):
            raise ValueError(f"normalisation rules of {len(blob)} bytes name a trie of {size}")
        self._units = struct.unpack(f"<{size // 4}I", blob[4 : 4 + size])
        self._replacements = blob[4 + size :]

    def longest(self, text: bytes, at: int) -> tuple[int, bytes] | None:
        """The end of the longest match that begins at `at`, and what stands for it."""
        units = self._units
        node, found = _offset(units[0]), None
        for end in range(at, len(text)):
            node ^= text[end]
            if node >= len(units) or units[node] & 0x800000FF != text[end]:  # another label
                break
            is_end, node = units[node] >> 8 & 1, node ^ _offset(units[node])
            if is_end and node < len(units):
                found = end + 1, units[node] & 0x7FFFFFFF
        if found is None:
            return None
        start = found[1]
        return found[0], self._replacements[start : self._replacements.find(b"\0", start)]


class Normalizer:
    """text -> text as the merges see it.

    `rules` may be empty. `prefix` puts a blank in front; `squeeze` takes away blanks at both ends
    and all but one between words. What is in `kept` is left as it stands.
    """

    def __init__(
        self, rules: bytes = b"", *, prefix: bool = True, squeeze: bool = False,
        kept: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.prefix, self.squeeze = prefix, squeeze
        self._rules = Rules(rules) if rules else None
        longest_first = sorted((text.encode() for text in kept), key=len, reverse=True)
        self._kept = re.compile(b"|".join(map(re.escape, longest_first))) if kept else None

    def __call__(self, text: str, first: bool = True) -> str:
        """`first`: whether the text stands at the very beginning, which only `Metaspace` asks."""
        if self._rules is None and not self.squeeze and self._kept is None:
            return (BLANK if self.prefix and text else "") + text.replace(" ", BLANK)
        parts, after_blank = [], self.squeeze
        for part in self._parts(text):
            if after_blank:
                part = part.lstrip(" ")
            if part:
                parts.append(part)
                after_blank = self.squeeze and part.endswith(" ")
        whole = "".join(parts).replace(" ", BLANK)
        if self.squeeze:
            whole = whole.rstrip(BLANK)
        return (BLANK if self.prefix and (whole if self.squeeze else text) else "") + whole

    def _parts(self, text: str) -> Iterator[str]:
        raw, at = text.encode(), 0
        while at < len(raw):
            lead = raw[at]
            end = at + (1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4)
            part = raw[at:end]
            if self._kept is not None and (kept := self._kept.match(raw, at)):
                end, part = kept.end(), kept[0]
            elif self._rules is not None and (found := self._rules.longest(raw, at)):
                end, part = found
            yield part.decode()
            at = end


class Metaspace(Normalizer):
    """▁ for blanks, and one in front of what does not begin with one: always, first or never."""

    def __init__(self, scheme: str) -> None:
        super().__init__()
        self.scheme = scheme

    def __call__(self, text: str, first: bool = True) -> str:
        blanks = text.replace(" ", BLANK)
        wanted = self.scheme == "always" or (self.scheme == "first" and first)
        return BLANK + blanks if wanted and text and blanks[0] != BLANK else blanks


def _offset(unit: int) -> int:
    return unit >> 10 << ((unit & 0x200) >> 6)
