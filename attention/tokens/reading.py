"""Vocabularies in files: `tokenizer.json`, `tokenizer.model`, or `vocab.json` with `merges.txt`.

What a file asks for and our tokenizers do not do is refused by name: an ignored rule gives no error
later, only other ids.
"""

from pathlib import Path
from typing import Any

from ..files import read_json
from .added import AddedToken
from .bpe import ByteBPE
from .llama_json import build_llama, is_llama_json
from .model_file import read_sentencepiece
from .pieces import GPT2, PATTERNS
from .sentencepiece import SentencePieceBPE

MODEL_FIELDS: dict[str, tuple[Any, ...]] = {  # a field and the values of it that change nothing
    "type": ("BPE",),
    "dropout": (None, 0.0),
    "unk_token": (None,),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "fuse_unk": (False, None),
    "byte_fallback": (False, None),
}
WITH_FALLBACK: dict[str, tuple[Any, ...]] = {  # bytes leave nothing unknown
    **MODEL_FIELDS,
    "unk_token": (None, "<unk>"),
    "fuse_unk": (False, None, True),
    "byte_fallback": (True,),
    "ignore_merges": (False, None),
}


def read_tokenizer(folder: str | Path) -> ByteBPE | SentencePieceBPE:
    """The vocabulary of a folder: of the first that is there of `tokenizer.json`,
    `tokenizer.model`, and `vocab.json` with `merges.txt`.

    Raises FileNotFoundError or ValueError in one sentence.
    """
    folder = Path(folder)
    path = folder / "tokenizer.json"
    if path.is_file():
        try:
            return _from_json(path)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} has not the form of a tokenizer.json ({error!r})") from None
    if (folder / "tokenizer.model").is_file():
        return read_sentencepiece(folder / "tokenizer.model")
    for name in ("vocab.json", "merges.txt"):
        if not (folder / name).is_file():
            raise FileNotFoundError(
                f"{folder} has no {name}; a vocabulary is tokenizer.json, tokenizer.model, or "
                f"vocab.json and merges.txt"
            )
    vocabulary = read_json(folder / "vocab.json")
    added = {i: AddedToken(t) for t, i in vocabulary.items() if t == "<|endoftext|>"}
    merges = _read_merges(folder / "merges.txt")
    return _build(folder / "vocab.json", vocabulary, merges, added, {})


def _from_json(path: Path) -> ByteBPE | SentencePieceBPE:
    document = read_json(path)
    model = _object(document, "model", path)
    llama = is_llama_json(document)
    for name, silent in (WITH_FALLBACK if llama else MODEL_FIELDS).items():
        if model.get(name, silent[0]) not in silent:
            raise ValueError(f"{path} has model.{name} {model[name]!r}, which is not honoured")
    if more := sorted(set(model) - {*MODEL_FIELDS, "ignore_merges", "vocab", "merges"}):
        raise ValueError(f"{path} has model.{more[0]}, which is not known here")
    added = {}
    for token in document.get("added_tokens") or []:
        if not isinstance(token, dict) or type(token.get("id")) is not int:
            raise ValueError(f"{path} has an added token without an id: {token!r}")
        for name in ("single_word", "lstrip", "rstrip"):
            if token.get(name):
                raise ValueError(
                    f"{path}: added token {token['id']} has {name}, which is not honoured"
                )
        content = str(token.get("content", ""))
        added[token["id"]] = AddedToken(
            content, bool(token.get("special")), bool(token.get("normalized"))
        )
    pairs = model.get("merges")
    if not isinstance(pairs, list):
        raise ValueError(f"{path} has no list of merges")
    merges = [_pair(given, f"merge {i} of {path}") for i, given in enumerate(pairs)]
    vocabulary = _object(model, "vocab", path)
    around = _around(document.get("post_processor"), path)
    if llama:
        try:
            return build_llama(document, vocabulary, merges, added, around)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
    options = {
        **_pre_tokenizer(document.get("pre_tokenizer"), path),
        **around,
        "normalization": _normalizer(document.get("normalizer"), path),
        "whole_pieces": bool(model.get("ignore_merges")),
    }
    return _build(path, vocabulary, merges, added, options)


def _read_merges(path: Path) -> list[tuple[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 ({error})") from None
    return [
        _pair(line, f"line {n} of {path}")
        for n, line in enumerate(lines, 1)
        if line and not (n == 1 and line.startswith("#version"))
    ]


def _pair(given: Any, where: str) -> tuple[str, str]:
    parts = given.split(" ") if isinstance(given, str) else given
    if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(p, str) for p in parts):
        raise ValueError(f"{where} must be two tokens, got {given!r}")
    return parts[0], parts[1]


def _pre_tokenizer(given: Any, path: Path) -> dict[str, Any]:
    """The pattern, and whether a blank goes in front."""
    steps = _steps(given, "pretokenizers")
    kinds = [step.get("type") if isinstance(step, dict) else None for step in steps]
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
        return {"add_prefix_space": steps[0].get("add_prefix_space", True), "pattern": GPT2}
    if kinds == ["Split", "ByteLevel"] and not steps[1].get("use_regex", True):
        split = steps[0]
        pattern = (split.get("pattern") or {}).get("Regex")
        plain = split.get("behavior") == "Isolated" and not split.get("invert")
        if pattern in PATTERNS and plain and not steps[1].get("add_prefix_space", True):
            return {"pattern": pattern}
    raise ValueError(
        f"{path} has a pre_tokenizer ({', '.join(map(str, kinds))}) that is none of GPT-2's, "
        f"Llama 3's and Qwen 2's"
    )


def _around(given: Any, path: Path) -> dict[str, list[int]]:
    """The ids before and after a single text."""
    steps = _steps(given, "processors")
    around: dict[str, list[int]] = {"prefix": [], "suffix": []}
    for step in steps:
        if step is None or step.get("type") == "ByteLevel":
            continue  # which moves offsets, and no ids
        if step.get("type") != "TemplateProcessing":
            raise ValueError(
                f"{path} has post_processor {step.get('type')!r}, which is not honoured"
            )
        side = "prefix"
        for part in step["single"]:
            if "Sequence" in part:
                side = "suffix"
            else:
                around[side] += step["special_tokens"][part["SpecialToken"]["id"]]["ids"]
    return around


def _steps(given: Any, name: str) -> list[Any]:
    """The parts of a sequence; what is none is its only part."""
    return given[name] if isinstance(given, dict) and given.get("type") == "Sequence" else [given]


def _normalizer(given: Any, path: Path) -> str | None:
    if given is None:
        return None
    if isinstance(given, dict) and given.get("type") == "NFC":
        return "NFC"
    kind = given.get("type") if isinstance(given, dict) else given
    raise ValueError(f"{path} has normalizer {kind!r}; only NFC is honoured")


def _build(
    path: Path,
    vocabulary: dict[str, Any],
    merges: list[tuple[str, str]],
    added: dict[int, AddedToken],
    options: dict[str, Any],
) -> ByteBPE:
    try:
        return ByteBPE(vocabulary, merges, added, **options)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _object(document: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    if not isinstance(document.get(name), dict):
        raise ValueError(f"{path} must have an object {name!r}")
    return document[name]
