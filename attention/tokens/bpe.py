"""ByteBPE: text to ids and back, losing no byte.

Every byte is a symbol to begin with (Radford et al. 2019, section 2.2), so there is no unknown
text. In vocabulary files a byte is written as a printable character of its own.
"""

import codecs
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

from .added import AddedToken
from .merging import Pair, merge
from .pieces import GPT2, PATTERNS, piece_pattern
from .tokenizer import Tokenizer


def _byte_characters() -> list[str]:
    """The character that stands for each byte in a vocabulary: itself, or one from U+0100 on."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = [b for b in range(256) if b not in printable]
    return [chr(b if b in printable else 256 + others.index(b)) for b in range(256)]


BYTE_CHARACTERS = _byte_characters()
BYTE_OF = {c: b for b, c in enumerate(BYTE_CHARACTERS)}


class ByteBPE(Tokenizer):
    """A byte-level vocabulary with its merges.

    `vocabulary` maps tokens, written in byte characters, to ids; `merges` are pairs of tokens, the
    one learned first in front. `added` maps further ids to `AddedToken`s. `pattern` is one of
    `attention.tokens.pieces.PATTERNS`. `prefix` and `suffix` are ids put around each text.
    With `whole_pieces`, a piece that is itself a token is not merged. Raises ValueError for a
    vocabulary in which a byte or the result of a merge is missing, or an id occurs twice.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        merges: Sequence[tuple[str, str]],
        added: Mapping[int, AddedToken] | None = None,
        *,
        pattern: str = GPT2,
        prefix: Sequence[int] = (),
        suffix: Sequence[int] = (),
        add_prefix_space: bool = False,
        whole_pieces: bool = False,
        normalization: str | None = None,
    ) -> None:
        if pattern not in PATTERNS:
            raise ValueError(f"pattern {pattern!r} is not one of GPT-2's, Llama 3's or Qwen 2's")
        if normalization not in (None, "NFC"):
            raise ValueError(f"normalization must be None or 'NFC', got {normalization!r}")
        self.vocabulary, self.merges = dict(vocabulary), [(a, b) for a, b in merges]
        self.pattern, self.normalization = pattern, normalization
        self.add_prefix_space, self.whole_pieces = add_prefix_space, whole_pieces
        known = dict(added or {})
        ids = {normalized: {t.content: i for i, t in known.items() if t.normalized is normalized}
               for normalized in (False, True)}  # fmt: skip
        tokens = self._bytes_of_ids(known)
        super().__init__(tokens, known, ids[False], ids[True], prefix, suffix)
        self._merges = self._merges_of_ids()
        self._byte_ids = [self.vocabulary[c] for c in BYTE_CHARACTERS]
        self._whole = {self._tokens[i]: i for i in self.vocabulary.values()}

    def decode_bytes(self, ids: Iterable[int], *, skip_special: bool = False) -> bytes:
        """ids -> the bytes they stand for. Raises ValueError for an id that is no token's."""
        return b"".join(self.parts_of(ids, skip_special)[1])

    def decode(self, ids: Iterable[int], *, skip_special: bool = False) -> str:
        """ids -> text; bytes that are no UTF-8, as in half a character, become U+FFFD."""
        return self.decode_bytes(ids, skip_special=skip_special).decode("utf-8", "replace")

    def stream(self) -> Callable[[int], str]:
        """What each next id adds to the text; half a character waits for its other half."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        return lambda token: decoder.decode(self.decode_bytes([token], skip_special=True))

    def read_bytes(self, raw: bytes) -> str:
        """Bytes that are no UTF-8 come back from `decode_bytes`."""
        return raw.decode("utf-8", "surrogateescape")

    def normalized(self, part: str, first: bool) -> str:
        return unicodedata.normalize("NFC", part) if self.normalization else part

    def pieces(self, text: str) -> list[str]:
        if self.add_prefix_space and text and text[0] != " ":
            text = " " + text
        return piece_pattern(self.pattern).findall(text)

    def encode_piece(self, piece: str) -> list[int]:
        raw = piece.encode("utf-8", "surrogateescape")
        if self.whole_pieces and raw in self._whole:
            return [self._whole[raw]]
        return merge([self._byte_ids[b] for b in raw], self._merges)

    def _bytes_of_ids(self, added_tokens: Mapping[int, AddedToken]) -> dict[int, bytes]:
        missing = [b for b, c in enumerate(BYTE_CHARACTERS) if c not in self.vocabulary]
        if missing:
            raise ValueError(
                f"the vocabulary lacks {len(missing)} of the 256 bytes (the first is "
                f"{missing[0]}), so it is not a byte-level one"
            )
        tokens = {}
        for token, i in self.vocabulary.items():
            if type(i) is not int or i < 0:
                raise ValueError(f"token {token!r} has id {i!r}; expected a whole number")
            if i in tokens:
                raise ValueError(f"id {i} stands twice in the vocabulary")
            try:
                tokens[i] = bytes([BYTE_OF[c] for c in token])
            except KeyError:
                tokens[i] = token.encode()  # an added token that is listed here as well
        for i, added in added_tokens.items():
            if not added.content:
                raise ValueError(f"added token {i} is empty")
            if i in tokens and self.vocabulary.get(added.content) != i:
                raise ValueError(f"added token {added.content!r} has id {i} of another token")
            tokens[i] = added.content.encode()
        return tokens

    def _merges_of_ids(self) -> dict[Pair, tuple[int, int]]:
        ids = self.vocabulary
        merges: dict[Pair, tuple[int, int]] = {}
        for rank, (a, b) in enumerate(self.merges):
            for part in (a, b, a + b):
                if part not in ids:
                    raise ValueError(
                        f"merge {rank}, {a!r} {b!r}: {part!r} is not in the vocabulary"
                    )
            merges[ids[a], ids[b]] = rank, ids[a + b]
        return merges
