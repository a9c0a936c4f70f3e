"""Write a vocabulary as `tokenizer.json`, which other libraries read too."""

import json
from pathlib import Path
from typing import Any

from ..files import write_text
from .bpe import ByteBPE
from .pieces import GPT2


def write_tokenizer(tokenizer: ByteBPE, folder: str | Path) -> None:
    """`tokenizer.json` into `folder`; `read_tokenizer` reads it back. Raises OSError."""
    split: dict[str, Any] = {"type": "Split", "pattern": {"Regex": tokenizer.pattern}}
    split |= {"behavior": "Isolated", "invert": False}
    level: dict[str, Any] = {"type": "ByteLevel", "trim_offsets": True}
    whole = {**level, "add_prefix_space": tokenizer.add_prefix_space, "use_regex": True}
    bare = {**level, "add_prefix_space": False, "use_regex": False}
    gpt2 = tokenizer.pattern == GPT2
    document = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, **token._asdict(), "single_word": False, "lstrip": False, "rstrip": False}
            for i, token in sorted(tokenizer.added.items())
        ],
        "normalizer": {"type": tokenizer.normalization} if tokenizer.normalization else None,
        "pre_tokenizer": whole if gpt2 else {"type": "Sequence", "pretokenizers": [split, bare]},
        "post_processor": _template(tokenizer),
        "decoder": {**level, "add_prefix_space": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "ignore_merges": tokenizer.whole_pieces,
            "vocab": tokenizer.vocabulary,
            "merges": tokenizer.merges,
        },
    }
    write_text(Path(folder) / "tokenizer.json", json.dumps(document, ensure_ascii=False))


def _template(tokenizer: ByteBPE) -> dict[str, Any] | None:
    around = {i: tokenizer.decode([i]) for i in (*tokenizer.prefix, *tokenizer.suffix)}
    if not around:
        return None

    def special(i: int) -> dict[str, Any]:
        return {"SpecialToken": {"id": around[i], "type_id": 0}}

    text = {"Sequence": {"id": "A", "type_id": 0}}
    single = [*map(special, tokenizer.prefix), text, *map(special, tokenizer.suffix)]
    names = {t: {"id": t, "ids": [i], "tokens": [t]} for i, t in around.items()}
    pair = [*single, {"Sequence": {"id": "B", "type_id": 1}}]
    return {
        "type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": names,
    }  # fmt: skip
