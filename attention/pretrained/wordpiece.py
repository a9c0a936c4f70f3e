"""Cut text into the word pieces a BERT encoder was trained on.

Two steps, as in BERT (Devlin et al. 2018, arXiv:1810.04805): clean the text and split it at
white space and punctuation, then cut each word into the longest pieces the vocabulary has.
A wrong rule here gives no error, only worse vectors, so the rules are the original's exactly.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..files import read_json

MAX_WORD_CHARACTERS = 100  # a longer word is unknown as a whole, as in the original
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
SPECIAL = re.compile("(" + "|".join(map(re.escape, SPECIAL_TOKENS)) + ")")

# The original's blocks of Chinese characters: each becomes a word. Not Hangul, not kana.
CHINESE = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPiece:
    """Text to word pieces and their ids.

    ``vocabulary`` lists the pieces, id by position; pieces inside a word begin with ``##``.
    ``lower_case`` also strips accents, unless ``strip_accents`` says otherwise.
    ``max_length`` counts [CLS] and [SEP]; longer texts are cut.
    """

    def __init__(
        self,
        vocabulary: list[str],
        *,
        lower_case: bool = True,
        strip_accents: bool | None = None,
        split_chinese: bool = True,
        max_length: int = 512,
    ) -> None:
        missing = [token for token in SPECIAL_TOKENS[:4] if token not in vocabulary]
        if missing:
            raise ValueError(f"The vocabulary lacks {', '.join(missing)}: it is not BERT's.")
        if max_length < 3:
            raise ValueError(f"max_length is {max_length}; [CLS], a piece and [SEP] need 3.")
        self.vocabulary = vocabulary
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.lower_case = lower_case
        self.strip_accents = lower_case if strip_accents is None else strip_accents
        self.split_chinese = split_chinese
        self.max_length = max_length

    @classmethod
    def from_directory(cls, directory: str | Path, *, max_length: int = 512) -> "WordPiece":
        """Read ``vocab.txt`` and, where present, ``tokenizer_config.json``."""
        directory = Path(directory)
        path = directory / "tokenizer_config.json"
        config = read_json(path) if path.exists() else {}
        for name in ("do_lower_case", "strip_accents", "tokenize_chinese_chars"):
            if not isinstance(config.get(name), bool | None):
                raise ValueError(f"{path} has {name} {config[name]!r}; expected true or false.")
        lines = (directory / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
        lower, chinese = config.get("do_lower_case"), config.get("tokenize_chinese_chars")
        return cls(
            lines,
            lower_case=lower is not False,
            strip_accents=config.get("strip_accents"),
            split_chinese=chinese is not False,
            max_length=max_length,
        )

    def tokenize(self, text: str) -> list[str]:
        """The word pieces of ``text``, without [CLS] and [SEP]."""
        pieces = []
        for part in SPECIAL.split(text):  # every second part is a special token
            if part in self.ids and part in SPECIAL_TOKENS:
                pieces.append(part)
            else:
                pieces += [piece for word in self.split_words(part) for piece in self.cut(word)]
        return pieces

    def encode(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """ids (B, T) of ``[CLS] text [SEP]``, padded to the longest, and lengths (B,)."""
        if isinstance(texts, str):
            raise TypeError("encode takes a list of texts; wrap a single one in [ ].")
        rows = [["[CLS]", *self.tokenize(t)[: self.max_length - 2], "[SEP]"] for t in texts]
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        ids = np.full((len(rows), max(lengths, default=0)), self.ids["[PAD]"], dtype=np.int64)
        for row, pieces in enumerate(rows):
            ids[row, : len(pieces)] = [self.ids[piece] for piece in pieces]
        return ids, lengths

    def split_words(self, text: str) -> list[str]:
        """Clean ``text`` and split it at white space and around punctuation."""
        text = "".join(" " if _is_space(c) else c for c in text if not _is_control(c))
        if self.split_chinese:
            text = "".join(f" {c} " if _is_chinese(c) else c for c in text)
        if self.lower_case:
            text = text.lower()
        if self.strip_accents:
            decomposed = unicodedata.normalize("NFD", text)
            text = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
        return "".join(f" {c} " if _is_punctuation(c) else c for c in text).split()

    def cut(self, word: str) -> list[str]:
        """Greedily take the longest known piece from the left; [UNK] if one end is unknown."""
        if len(word) > MAX_WORD_CHARACTERS:
            return ["[UNK]"]
        pieces: list[str] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                if prefix + word[start:end] in self.ids:
                    break
            else:
                return ["[UNK]"]
            pieces.append(prefix + word[start:end])
            start = end
        return pieces


def _is_space(c: str) -> bool:
    return c in "\t\n\r" or unicodedata.category(c) == "Zs"


def _is_control(c: str) -> bool:
    if c in "\t\n\r":
        return False
    return c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Co")


def _is_punctuation(c: str) -> bool:
    # All ASCII symbols count, also those Unicode files elsewhere, such as $ and ^.
    return ("!" <= c <= "~" and not c.isalnum()) or unicodedata.category(c).startswith("P")


def _is_chinese(c: str) -> bool:
    return any(first <= ord(c) <= last for first, last in CHINESE)
