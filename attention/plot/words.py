"""Words in place of word pieces: maps of a model's tokens, merged to what a reader sees.

A word's attention to a word is the sum over the key's pieces, the mean over the query's: rows
that summed to 1 still do (Clark et al. 2019, arXiv:1906.04341, section 4.1).
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from .given import plain
from .tokens import check_tokens
from .weights import read_layers

CONVENTIONS = ("bert", "gpt", "sentencepiece")
SPACES = "ĠĊĉ"  # GPT-2's signs for the bytes of space, newline and tab


class Words(NamedTuple):
    """Merged weights and their words, in the order in which every plot takes them."""

    weights: np.ndarray | list[np.ndarray]  # (..., words, words), or of each layer
    tokens: list[str]


def merge_words(
    weights: Any,
    tokens: Sequence[str],
    *,
    example: int = 0,
    axis: str = "both",
    convention: str | None = None,
) -> Words:
    """Weights (..., T, S) and T tokens -> those of words: sum over keys, mean over queries.

    ``weights`` as in `plot_heads`; a batch is cut to its ``example``, several layers stay a list.
    ``axis`` is "both" for self-attention; "queries" or "keys" merges one side of cross-attention.
    The ``convention`` is read from the tokens unless given: "bert" (`##` goes on), "gpt" (Ġ
    starts; bytes become text again), "sentencepiece" (▁, or a blank, starts). A Chinese character
    is a word.
    Raises ValueError for a length, an axis or a convention that does not fit.
    """
    if axis not in ("both", "queries", "keys"):
        raise ValueError(f'axis is {axis!r}; expected "both", "queries" or "keys".')
    layers = read_layers(weights, example)
    T, S = layers[0].shape[1:]
    if axis == "both" and T != S:
        raise ValueError(
            f"{T} queries and {S} keys have tokens of their own; merge one side with "
            'axis="queries", then the other with axis="keys".'
        )
    pieces = check_tokens("tokens", tokens, S if axis == "keys" else T)
    assert pieces is not None
    starts, words = group_words(pieces, convention)
    merged = [_merge(layer, starts, axis) for layer in layers]
    if getattr(plain(weights), "ndim", 3) == 2:
        return Words(merged[0][0], words)
    return Words(merged if len(merged) > 1 else merged[0], words)


def group_words(
    tokens: Sequence[str], convention: str | None = None
) -> tuple[np.ndarray, list[str]]:
    """Where each word begins, (words,) ints, and what it reads."""
    convention = convention or _convention(tokens)
    if convention not in CONVENTIONS:
        raise ValueError(f"convention is {convention!r}; expected one of {', '.join(CONVENTIONS)}.")
    groups = {"bert": _bert, "gpt": _gpt, "sentencepiece": _sentencepiece}[convention](tokens)
    return np.array([start for start, _ in groups]), [word for _, word in groups]


def _convention(tokens: Sequence[str]) -> str:
    if any(token[:1] == "▁" or (token[:1] == " " and token[1:].strip()) for token in tokens):
        return "sentencepiece"  # or decoded pieces, which begin with the blank itself
    if any(token.startswith(tuple(SPACES)) for token in tokens):
        return "gpt"
    return "bert"


def _merge(layer: np.ndarray, starts: np.ndarray, axis: str) -> np.ndarray:
    if layer.dtype.kind != "f" or layer.dtype == np.float16:
        layer = layer.astype(np.float32)
    if axis != "queries":
        layer = np.add.reduceat(layer, starts, axis=-1)
    if axis != "keys":
        sizes = np.diff([*starts, layer.shape[-2]]).astype(layer.dtype)
        layer = np.add.reduceat(layer, starts, axis=-2) / sizes[:, None]
    return layer


Groups = list[tuple[int, str]]  # of (first token, word)


def _bert(tokens: Sequence[str]) -> Groups:
    groups: Groups = []
    for i, token in enumerate(tokens):
        if token.startswith("##") and len(token) > 2 and groups:
            groups[-1] = groups[-1][0], groups[-1][1] + token[2:]
        else:
            groups.append((i, token))
    return groups


def _sentencepiece(tokens: Sequence[str]) -> Groups:
    groups: Groups = []
    open_word = False  # whether the next piece may go on with the last word
    for i, token in enumerate(tokens):
        text = token.replace("▁", " ")
        if open_word and text and not text.startswith(" ") and _goes_on(groups[-1][1], text):
            groups[-1] = groups[-1][0], groups[-1][1] + text
        else:
            groups.append((i, text.removeprefix(" ") or text))
        open_word = not _is_special(token)
    return groups


def _gpt(tokens: Sequence[str]) -> Groups:
    groups: Groups = []
    waiting, since = b"", 0  # bytes of a character that is not whole yet, and its first token
    joined = open_word = False  # to the last word whatever it is, or if the text goes on
    for i, token in enumerate(tokens):
        raw = _bytes_of(token)
        if raw is None:  # a special token stands for itself
            groups.append((i, token))
            waiting, joined, open_word = b"", False, False
            continue
        since = since if waiting else i
        text, waiting = _whole_characters(waiting + raw)
        if text and (joined or (open_word and _goes_on(groups[-1][1], text))):
            groups[-1] = groups[-1][0], groups[-1][1] + text
        elif text:
            groups.append((since, text.removeprefix(" ") or text))
        joined, open_word = bool(text and waiting), True
    if waiting:  # the text was cut within a character
        groups.append((since, waiting.decode("utf-8", "replace")))
    return groups


def _goes_on(word: str, text: str) -> bool:
    """Whether ``text`` continues ``word``: letters and digits go together, Chinese ones do not."""
    last, first = word[-1], text[0]
    if _is_ideograph(last) or _is_ideograph(first):
        return False
    return all(c.isalnum() or c in "'’" or unicodedata.combining(c) for c in (last, first))


def _is_ideograph(c: str) -> bool:
    return unicodedata.name(c, "").startswith(("CJK UNIFIED", "HIRAGANA", "KATAKANA"))


def _is_special(token: str) -> bool:
    return token.startswith("<") and token.endswith(">")


def _bytes_of(token: str) -> bytes | None:
    """The bytes a GPT-2 token stands for; None if it is not written in their alphabet."""
    alphabet = _alphabet()
    if _is_special(token) or any(c not in alphabet for c in token):
        return None
    return bytes(alphabet[c] for c in token)


def _whole_characters(raw: bytes) -> tuple[str, bytes]:
    """As much text as the bytes hold, and what is left of a character that goes on."""
    for cut in range(4):
        head, rest = raw[: len(raw) - cut], raw[len(raw) - cut :]
        try:
            return head.decode("utf-8"), rest
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":
                continue
            break
    return raw.decode("utf-8", "replace"), b""


@cache
def _alphabet() -> dict[str, int]:
    """GPT-2's sign for each byte: itself where it prints in Latin-1, else 256 and up in order."""
    prints = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in set(prints)]
    return {chr(byte): byte for byte in prints} | {
        chr(256 + i): byte for i, byte in enumerate(others)
    }
