"""Tokenizer: the way from a text to ids that ByteBPE and SentencePieceBPE share.

Added tokens are looked for first, once before normalisation and once after; what stands between
them is cut into pieces, and each piece is encoded once and remembered.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .added import AddedToken, finder, require_text, split, without_special

REMEMBERED = 100_000  # pieces whose ids are kept


class Tokenizer:
    """`tokens` maps ids to the bytes they stand for; `early` and `late` the texts of tokens that
    are looked for before and after normalisation to ids. `prefix` and `suffix` are ids put around
    each text."""

    def __init__(
        self,
        tokens: Mapping[int, bytes],
        added: Mapping[int, AddedToken],
        early: Mapping[str, int],
        late: Mapping[str, int],
        prefix: Sequence[int],
        suffix: Sequence[int],
    ) -> None:
        self.added, self.prefix, self.suffix = added, list(prefix), list(suffix)
        self._tokens, self._early, self._late = tokens, early, late
        self._find_early, self._find_late = finder(early), finder(late)
        self._known: dict[str, list[int]] = {}

    def read_bytes(self, raw: bytes) -> str:
        """Bytes given in the place of a text."""
        raise NotImplementedError

    def normalized(self, part: str, first: bool) -> str:
        """What stands between two early tokens; the `first` part of a text may differ."""
        raise NotImplementedError

    def pieces(self, text: str) -> list[str]:
        """A normalised text cut where no merge reaches across."""
        raise NotImplementedError

    def encode_piece(self, piece: str) -> list[int]:
        raise NotImplementedError

    @property
    def vocab_size(self) -> int:
        """One more than the highest id."""
        return max(self._tokens) + 1

    def encode(self, text: str | bytes, *, add_special_tokens: bool = True) -> np.ndarray:
        """text -> ids (T,). Bytes need not be valid UTF-8.

        `add_special_tokens` puts `prefix` and `suffix` around. Raises ValueError for half a
        surrogate pair, which is no text.
        """
        if isinstance(text, bytes):
            text = self.read_bytes(text)
        elif isinstance(text, str):
            require_text(text)
        else:
            raise TypeError(f"text must be a str or bytes, got {type(text).__name__}")
        ids: list[int] = []
        for place, (part, is_added) in enumerate(split(self._find_early, text)):
            if is_added:
                ids.append(self._early[part])
                continue
            for plain, is_added in split(self._find_late, self.normalized(part, place == 0)):
                if is_added:
                    ids.append(self._late[plain])
                else:
                    self._encode_plain(plain, ids)
        if add_special_tokens:
            ids = [*self.prefix, *ids, *self.suffix]
        return np.array(ids, dtype=np.int64)

    def is_end(self, token: int) -> bool:
        """Whether the text ends there: at a special token."""
        return token in self.added and self.added[token].special

    def parts_of(
        self, ids: Iterable[int], skip_special: bool = False
    ) -> tuple[list[int], list[bytes]]:
        """The ids that are read, and the bytes of each. Raises ValueError for one of no token."""
        ids = [int(i) for i in ids]
        if skip_special:
            ids = without_special(ids, self.added)
        try:
            return ids, [self._tokens[i] for i in ids]
        except KeyError as error:
            raise ValueError(
                f"id {error} is no token's; ids must lie in 0 … {self.vocab_size - 1}"
            ) from None

    def append(self, found: list[int], ids: list[int]) -> None:
        """The ids of one more piece."""
        ids += found

    def _encode_plain(self, text: str, ids: list[int]) -> None:
        known = self._known
        for piece in self.pieces(text):
            found = known.get(piece)
            if found is None:
                found = self.encode_piece(piece)
                if len(known) >= REMEMBERED:
                    known.clear()
                known[piece] = found
            self.append(found, ids)
