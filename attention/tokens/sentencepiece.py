"""SentencePieceBPE: byte-pair encoding over characters, as Llama 2's vocabulary has it.

Kudo and Richardson 2018 (arXiv:1808.06226). Blanks are written ▁ and are characters like others, so
nothing is cut beforehand: of all pieces that two neighbours could form, the one of the highest
score goes first, and among equals the leftmost. A character that no piece holds is spelled in bytes
(byte fallback), or is unknown where the vocabulary has no bytes.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from .added import AddedToken
from .merging import Pair, merge
from .normalizer import BLANK, Normalizer
from .tokenizer import Tokenizer

LOST = re.compile("[\udc80-\udcff]")  # bytes that are no UTF-8, as `surrogateescape` holds them


class SentencePieceBPE(Tokenizer):
    """Pieces with their ids, and the ranks of the pairs that may be merged, the lowest first.

    `bytes_from` gives the ids of the 256 bytes, or nothing; then `unknown` stands for what no
    piece holds, and reads as `unknown_text`. `kept` are pieces looked for before merging. `added`
    maps ids to tokens without a text of their own; they are looked for in a text only if
    `find_added`. Raises ValueError if an id occurs twice or a merge makes no piece.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        ranks: Mapping[tuple[str, str], int],
        added: Mapping[int, AddedToken] | None = None,
        *,
        normalizer: Normalizer | None = None,
        bytes_from: Sequence[int] = (),
        unknown: int | None = None,
        unknown_text: str = " ⁇ ",
        kept: Sequence[str] = (),
        find_added: bool = False,
        prefix: Sequence[int] = (),
        suffix: Sequence[int] = (),
    ) -> None:
        self.vocabulary, known = dict(vocabulary), dict(added or {})
        self.normalizer = normalizer or Normalizer()
        self._unknown, self._bytes = unknown, list(bytes_from)
        tokens = self._bytes_of_ids(known, unknown_text)
        self._merges = self._merges_of_ids(ranks)
        looked_for = known.items() if find_added else ()
        early = {t.content: i for i, t in looked_for if not t.normalized}
        late = {self.normalizer(t.content): i for i, t in looked_for if t.normalized}
        late |= {piece: self.vocabulary[piece] for piece in kept}
        super().__init__(tokens, known, early, late, prefix, suffix)
        crossing = any(re.search(f"[^{BLANK}]{BLANK}", piece) for piece in self.vocabulary)
        self._words = re.compile("(?s:.+)" if crossing else f"{BLANK}+[^{BLANK}]*|[^{BLANK}]+")

    def decode_bytes(self, ids: Iterable[int], *, skip_special: bool = False) -> bytes:
        """ids -> the bytes they stand for, less the blank that was put in front.

        Raises ValueError for an id that is no token's.
        """
        ids, parts = self.parts_of(ids, skip_special)
        if self.normalizer.prefix or self.normalizer.squeeze:
            self._take_first_blank(ids, parts)
        return b"".join(parts)

    def decode(self, ids: Iterable[int], *, skip_special: bool = False) -> str:
        """ids -> text; each byte that is no UTF-8, as in half a character, becomes U+FFFD."""
        return _readable(self.decode_bytes(ids, skip_special=skip_special))

    def stream(self) -> Callable[[int], str]:
        """What each next id adds to a text; half a character waits for its other half."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        return lambda i: "" if self.is_end(i) else decoder.decode(self._tokens[int(i)])

    def _take_first_blank(self, ids: list[int], parts: list[bytes]) -> None:
        for at, i in enumerate(ids):
            if i == self._unknown or i in self._bytes:
                return
            blank = parts[at].startswith(b" ")
            parts[at] = parts[at][blank:]
            if parts[at] or (blank and not self.normalizer.squeeze):
                return

    def read_bytes(self, raw: bytes) -> str:
        """Bytes that are no UTF-8 become U+FFFD."""
        return _readable(raw)

    def normalized(self, part: str, first: bool) -> str:
        return self.normalizer(part, first)

    def pieces(self, text: str) -> list[str]:
        return self._words.findall(text)

    def encode_piece(self, piece: str) -> list[int]:
        return self._spelled(merge([self._symbol(c) for c in piece], self._merges))

    def append(self, found: list[int], ids: list[int]) -> None:
        if found and ids and found[0] == ids[-1] == self._unknown:
            found = found[1:]  # a run of unknown characters is one
        ids += found

    def _symbol(self, piece: str) -> int:
        """Its id; for a single character that is no piece, a number below -1."""
        return self.vocabulary[piece] if piece in self.vocabulary else -2 - ord(piece)

    def _spelled(self, symbols: list[int]) -> list[int]:
        """ids, those of characters without a piece replaced by bytes or by the unknown one."""
        ids: list[int] = []
        for symbol in symbols:
            if symbol >= 0:
                ids.append(symbol)
            elif self._bytes:
                ids += [self._bytes[b] for b in chr(-2 - symbol).encode()]
            elif self._unknown is None:
                raise ValueError(
                    f"the vocabulary has no piece for {chr(-2 - symbol)!r} and no unknown one"
                )
            elif not ids or ids[-1] != self._unknown:
                ids.append(self._unknown)
        return ids

    def _bytes_of_ids(self, added: Mapping[int, AddedToken], unknown_text: str) -> dict[int, bytes]:
        if len(self._bytes) not in (0, 256):
            raise ValueError(f"the vocabulary has {len(self._bytes)} of the 256 bytes")
        entries = [(i, piece.replace(BLANK, " ").encode()) for piece, i in self.vocabulary.items()]
        entries += [(i, bytes([b])) for b, i in enumerate(self._bytes)]
        listed = self.vocabulary  # may name an added token as well
        entries += [(i, t.content.encode()) for i, t in added.items()
                    if listed.get(t.content) != i]  # fmt: skip
        if self._unknown is not None and self._unknown not in added:
            entries.append((self._unknown, unknown_text.encode()))
        tokens = dict(entries)
        for i in tokens:
            if type(i) is not int or i < 0:
                raise ValueError(f"a token has id {i!r}; expected a whole number")
        if len(tokens) < len(entries):
            (twice, _), *_ = Counter(i for i, _ in entries).most_common(1)
            raise ValueError(f"id {twice} stands twice in the vocabulary")
        return tokens

    def _merges_of_ids(self, ranks: Mapping[tuple[str, str], int]) -> dict[Pair, tuple[int, int]]:
        merges: dict[Pair, tuple[int, int]] = {}
        for (a, b), rank in ranks.items():
            for piece in (a, b, a + b):
                if piece not in self.vocabulary and len(piece) != 1:
                    raise ValueError(
                        f"merge {rank}, {a!r} {b!r}: {piece!r} is not in the vocabulary"
                    )
            merges[self._symbol(a), self._symbol(b)] = rank, self.vocabulary[a + b]
        return merges


def ranks_by_score(scores: Mapping[str, float]) -> dict[tuple[str, str], int]:
    """The score of each piece -> a rank for each two parts that make it; equal scores share one."""
    order = {score: rank for rank, score in enumerate(sorted(set(scores.values()), reverse=True))}
    ranks = {}
    for piece, score in scores.items():
        for at in range(1, len(piece)):
            a, b = piece[:at], piece[at:]
            if (len(a) == 1 or a in scores) and (len(b) == 1 or b in scores):
                ranks[a, b] = order[score]
    return ranks


def _readable(raw: bytes) -> str:
    return LOST.sub("\ufffd", raw.decode("utf-8", "surrogateescape"))
