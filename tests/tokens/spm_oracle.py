"""What the `sentencepiece` and `tokenizers` libraries make of the same text; writes sentencepiece/.

pip install sentencepiece tokenizers numpy; python -m tests.tokens.spm_oracle
"""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from .oracle import digest
from .varied import training_text, varied_strings

FOLDER = Path(__file__).with_name("sentencepiece")
GOLDEN = FOLDER / "golden.json"
RULES = [  # (what is written, what it becomes), a small file's worth of normalisation
    ("A", "a"), ("ﬁ", "fi"), ("e\u0301", "é"), ("\u3000", " "), ("\t", " "), ("\u200b", ""),
    ("½", "1⁄2"), ("...", "…"), ("..", "‥"), ("Übe", "ube"), ("!!", "! !"),
    ("#", " # "), ("-", " -"),
]  # fmt: skip
SCHEMES = None, "first", "always", "never"  # of Metaspace; None: a normaliser
LLAMA: dict[str, Any] = {
    "vocab_size": 700, "byte_fallback": True, "normalization_rule_name": "identity",
    "remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True, "split_digits": True,
    "character_coverage": 0.99,
}  # fmt: skip
MODELS: dict[str, dict[str, Any]] = {
    "llama": LLAMA,
    "rules": {
        "vocab_size": 400, "character_coverage": 0.98,
        "user_defined_symbols": ["<b>", "<|end|", "foo", "foo_", "é"],
        "control_symbols": ["<mask>"], "unk_surface": "?", "pad_id": 3,
    },
    "crossing": {**LLAMA, "vocab_size": 900, "split_by_whitespace": False,
                 "split_digits": False, "add_dummy_prefix": False,
                 "user_defined_symbols": ["  ", "to be"]},
}  # fmt: skip


def train(name: str, options: dict[str, Any], folder: Path) -> Path:
    """A small model, whose file names no folder: the options in it are part of it."""
    import sentencepiece

    if name == "rules":
        lines = ["\t".join(" ".join(f"{ord(c):X}" for c in side) for side in r) for r in RULES]
        (folder / "rules.tsv").write_text("\n".join(lines) + "\n", "utf-8")
        options = {**options, "normalization_rule_tsv": "rules.tsv"}
    text = training_text().replace("<|endoftext|>", "").replace("\0", "")
    with contextlib.chdir(folder):
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(text.split("\n")), model_prefix=name, model_type="bpe",
            minloglevel=2, num_threads=1, **options,
        )  # fmt: skip
    return folder / f"{name}.model"


def answers(path: Path) -> tuple[list[list[int]], list[str]]:
    """The library's ids of each varied string, and what it reads from them."""
    import sentencepiece

    library = sentencepiece.SentencePieceProcessor(model_file=str(path))
    ids = [library.encode(s) for s in varied_strings()]
    return ids, [library.decode(row) for row in ids]


def llama_json(folder: Path, scheme: str | None = None) -> Path:
    """The same pieces as a tokenizer.json with its merges written out, into `folder`.

    `scheme` is that of Metaspace, in place of the normaliser.
    """
    from attention.tokens import read_sentencepiece
    from attention.tokens.llama_json import DECODED, PREPENDED
    from attention.tokens.sentencepiece import ranks_by_score

    model = read_sentencepiece(FOLDER / "llama.model")
    scores = {piece: -float(i) for piece, i in model.vocabulary.items()}  # ids go by score
    known = model.vocabulary
    ranks = {(a, b): r for (a, b), r in ranks_by_score(scores).items() if a in known and b in known}
    special = {"<unk>": 0, "<s>": 1, "</s>": 2}
    bytes_ = {f"<0x{b:02X}>": 3 + b for b in range(256)}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "special": True}
    document = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": t, "normalized": t == "</s>", **plain}
                         for t, i in special.items()],
        "normalizer": {"type": "Sequence", "normalizers": PREPENDED} if scheme is None else None,
        "pre_tokenizer": scheme and {"type": "Metaspace", "replacement": "▁", "split": False,
                                     "prepend_scheme": scheme},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                       {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {"type": "Sequence", "decoders": DECODED},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": "<unk>", "fuse_unk": True,
            "continuing_subword_prefix": None, "end_of_word_suffix": None, "byte_fallback": True,
            "ignore_merges": False, "vocab": special | bytes_ | known,
            "merges": [list(pair) for pair in sorted(ranks, key=ranks.__getitem__)],
        },
    }  # fmt: skip
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def with_specials() -> list[str]:
    """The varied strings, some with special tokens within."""
    return [f"{s}<s>a</s> {s}</s>" if i % 7 == 0 else s for i, s in enumerate(varied_strings())]


def without_end(ids: list[int]) -> list[int]:
    """Less </s>, which the library does not skip where it was found after normalisation."""
    return [i for i in ids if i != 2]


def main() -> None:
    from tokenizers import Tokenizer

    FOLDER.mkdir(exist_ok=True)
    golden = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, options in MODELS.items():
            made = train(name, options, Path(folder)).read_bytes()
            (FOLDER / f"{name}.model").write_bytes(made)
            ids, texts = answers(FOLDER / f"{name}.model")
            golden[name] = {"ids": digest(ids), "texts": digest([[t] for t in texts])}
        for scheme in SCHEMES:
            library = Tokenizer.from_file(str(llama_json(Path(folder), scheme)))
            ids = [library.encode(s).ids for s in with_specials()]
            texts = [library.decode(without_end(row)) for row in ids]
            golden[f"json {scheme}"] = {"ids": digest(ids), "texts": digest([[t] for t in texts])}
    GOLDEN.write_text(json.dumps(golden, indent=0) + "\n")


if __name__ == "__main__":
    main()
