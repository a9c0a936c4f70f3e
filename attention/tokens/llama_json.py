"""A `tokenizer.json` of Llama 2's kind: SentencePiece's pieces, its merges written out.

Its normaliser, or Metaspace in its place, puts ▁ in front and for each blank; nothing cuts the
text, and bytes stand in for characters without a piece.
"""

from typing import Any

from .added import AddedToken
from .normalizer import BLANK, Metaspace, Normalizer
from .sentencepiece import SentencePieceBPE

PREPENDED = [
    {"type": "Prepend", "prepend": BLANK},
    {"type": "Replace", "pattern": {"String": " "}, "content": BLANK},
]
DECODED = [
    {"type": "Replace", "pattern": {"String": BLANK}, "content": " "},
    {"type": "ByteFallback"},
    {"type": "Fuse"},
    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
]


def is_llama_json(document: dict[str, Any]) -> bool:
    model = document.get("model")
    return isinstance(model, dict) and bool(model.get("byte_fallback"))


def build_llama(
    document: dict[str, Any],
    vocabulary: dict[str, Any],
    merges: list[tuple[str, str]],
    added: dict[int, AddedToken],
    around: dict[str, list[int]],
) -> SentencePieceBPE:
    """Raises ValueError for a step that is not of this kind."""
    normalizer, decoder = _normalizer(document), document.get("decoder")
    if isinstance(normalizer, Metaspace):  # which comes after all added tokens were found
        added = {i: token._replace(normalized=False) for i, token in added.items()}
    if decoder != {"type": "Sequence", "decoders": DECODED}:
        raise ValueError(f"its decoder {_kind(decoder)} is not that of byte fallback")
    names = {f"<0x{b:02X}>": None for b in range(256)}
    if missing := [name for name in names if name not in vocabulary]:
        raise ValueError(f"its vocabulary lacks {missing[0]}, which byte fallback needs")
    pieces = {t: i for t, i in vocabulary.items() if t not in names}
    ranks = {pair: rank for rank, pair in reversed([*enumerate(merges)])}
    return SentencePieceBPE(
        pieces,
        ranks,
        added,
        normalizer=normalizer,
        bytes_from=[vocabulary[name] for name in names],
        find_added=True,
        prefix=around["prefix"],
        suffix=around["suffix"],
    )


def _normalizer(document: dict[str, Any]) -> Normalizer:
    normalizer, cutter = document.get("normalizer"), document.get("pre_tokenizer")
    if normalizer is None and isinstance(cutter, dict) and cutter.get("type") == "Metaspace":
        scheme, rest = (
            cutter.get("prepend_scheme"),
            (cutter.get("replacement"), cutter.get("split")),
        )
        if scheme not in ("always", "first", "never") or rest != (BLANK, False):
            raise ValueError(f"its pre_tokenizer {cutter} is not that of byte fallback")
        return Metaspace(scheme)
    if normalizer != {"type": "Sequence", "normalizers": PREPENDED}:
        raise ValueError(f"its normalizer {_kind(normalizer)} is not that of byte fallback")
    if cutter is not None:
        raise ValueError(f"its pre_tokenizer {_kind(cutter)} does not go with byte fallback")
    return Normalizer()


def _kind(part: Any) -> str:
    return repr(part.get("type") if isinstance(part, dict) else part)
