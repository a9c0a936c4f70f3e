"""Read `tokenizer.model`, the file of SentencePiece: pieces with scores, rules of normalisation.

Only byte-pair models are honoured; what else a file asks for is refused by name.
"""

import math
from pathlib import Path
from typing import Any

from ..files import read_json
from . import protobuf
from .added import AddedToken
from .normalizer import Normalizer
from .sentencepiece import SentencePieceBPE, ranks_by_score

KINDS = {1: "unigram", 2: "byte-pair", 3: "word", 4: "character"}
NORMAL, UNKNOWN, CONTROL, KEPT, UNUSED, BYTE = range(1, 7)


def read_sentencepiece(path: str | Path) -> SentencePieceBPE:
    """The vocabulary of a `tokenizer.model`, its beginning token put before each text.

    `tokenizer_config.json` beside it may ask for another choice of beginning and end. Raises
    FileNotFoundError or ValueError in one sentence.
    """
    path = Path(path)
    try:
        model = protobuf.read_message(path.read_bytes())
        pieces = [
            (protobuf.text(piece, 1), protobuf.real(piece, 2), protobuf.number(piece, 3, NORMAL))
            for piece in protobuf.messages(model, 1)
        ]
        trainer = protobuf.read_message(protobuf.raw(model, 2))
        rules = protobuf.read_message(protobuf.raw(model, 3))
        undone = protobuf.read_message(protobuf.raw(model, 5))
        kind = protobuf.number(trainer, 3, 1)
    except ValueError as error:
        raise ValueError(f"{path} is not a SentencePiece model ({error})") from None
    if not pieces:
        raise ValueError(f"{path} is not a SentencePiece model (it has no piece)")
    try:
        return _build(pieces, trainer, rules, undone, kind, _ends(path, len(pieces)))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _build(
    pieces: list[tuple[str, float, int]],
    trainer: protobuf.Message,
    rules: protobuf.Message,
    undone: protobuf.Message,
    kind: int,
    ends: tuple[bool, bool],
) -> SentencePieceBPE:
    if kind != 2:
        raise ValueError(f"the model is a {KINDS.get(kind, kind)} one; only byte-pair is honoured")
    for wanted, name in (
        (protobuf.number(trainer, 24, 0), "treat_whitespace_as_suffix"),
        (not protobuf.number(rules, 5, 1), "escape_whitespaces = false"),
        (protobuf.raw(undone, 2), "a denormalizer"),
    ):
        if wanted:
            raise ValueError(f"the model asks for {name}, which is not honoured")
    of_kind: dict[int, dict[str, int]] = {kind: {} for kind in range(NORMAL, BYTE + 1)}
    seen: set[str] = set()
    for i, (content, score, sort) in enumerate(pieces):
        if sort not in of_kind or sort == UNUSED:
            raise ValueError(f"piece {i}, {content!r}, is of kind {sort}, which is not honoured")
        if not content or content in seen or not math.isfinite(score):
            raise ValueError(f"piece {i}, {content!r}, is empty, stands twice or has no score")
        seen.add(content)
        of_kind[sort][content] = i
    if len(of_kind[UNKNOWN]) != 1:
        raise ValueError(f"the model has {len(of_kind[UNKNOWN])} unknown pieces; expected one")
    spelled = of_kind[BYTE]
    bytes_from = [spelled[name] for b in range(256) if (name := f"<0x{b:02X}>") in spelled]
    fallback = protobuf.number(trainer, 35, 0)
    if len(bytes_from) != (256 if fallback else 0) or len(spelled) != len(bytes_from):
        raise ValueError(
            f"the model has {len(spelled)} byte pieces; byte_fallback {bool(fallback)} asks for "
            f"{256 if fallback else 0}"
        )
    vocabulary = of_kind[NORMAL] | of_kind[KEPT]
    around = [
        [i] if wanted and 0 <= (i := protobuf.number(trainer, field, default)) < len(pieces) else []
        for wanted, field, default in zip(ends, (41, 42), (1, 2))
    ]
    return SentencePieceBPE(
        vocabulary,
        ranks_by_score({content: pieces[i][1] for content, i in vocabulary.items()}),
        {i: AddedToken(content) for content, i in of_kind[CONTROL].items()},
        normalizer=Normalizer(
            protobuf.raw(rules, 2),
            prefix=bool(protobuf.number(rules, 3, 1)),
            squeeze=bool(protobuf.number(rules, 4, 1)),
            kept=list(of_kind[KEPT]),
        ),
        bytes_from=bytes_from,
        unknown=next(iter(of_kind[UNKNOWN].values())),
        unknown_text=protobuf.text(trainer, 44, " ⁇ "),
        kept=list(of_kind[KEPT]),
        prefix=around[0],
        suffix=around[1],
    )


def _ends(path: Path, pieces: int) -> tuple[bool, bool]:
    """Whether a text is begun and ended by tokens; refuses tokens added beside the model."""
    beside = path.with_name("added_tokens.json")
    if beside.is_file() and (more := read_json(beside)):
        raise ValueError(f"{beside.name} adds {next(iter(more))!r}, which is not honoured here")
    config: dict[str, Any] = {}
    if (settings := path.with_name("tokenizer_config.json")).is_file():
        config = read_json(settings)
    listed = config.get("added_tokens_decoder") or {}
    if unknown := [i for i in listed if not (str(i).isdecimal() and int(i) < pieces)]:
        raise ValueError(f"{settings.name} adds token {unknown[0]}, which is not honoured here")
    begins, ends = config.get("add_bos_token"), config.get("add_eos_token")
    return begins is None or bool(begins), bool(ends)
