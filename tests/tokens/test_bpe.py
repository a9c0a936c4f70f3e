"""Byte-level BPE: the ids of the `tokenizers` library, and no byte lost."""

import copy
import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention.tokens import AddedToken, ByteBPE, read_tokenizer, train_bpe, write_tokenizer
from attention.tokens.pieces import GPT2, LLAMA3, QWEN2

from .oracle import GOLDEN, SPECIAL, VOCAB_SIZE, digest
from .varied import training_text, varied_strings

PATTERNS = {"gpt2": GPT2, "llama3": LLAMA3, "qwen2": QWEN2}


@functools.cache
def learned(name: str) -> ByteBPE:
    return train_bpe(training_text(), VOCAB_SIZE, special_tokens=[SPECIAL], pattern=PATTERNS[name])


@pytest.mark.parametrize("name", PATTERNS)
def test_training_and_ten_thousand_strings_equal_the_oracle(name, tmp_path):
    golden = json.loads(GOLDEN.read_text())[name]
    tokenizer = copy.copy(learned(name))
    vocabulary = sorted(tokenizer.vocabulary.items(), key=lambda item: item[1])
    assert digest([list(item) for item in vocabulary]) == golden["vocabulary"]
    tokenizer.whole_pieces = name == "llama3"
    tokenizer.normalization = "NFC" if name == "qwen2" else None
    write_tokenizer(tokenizer, tmp_path)
    again = read_tokenizer(tmp_path)
    rows = [again.encode(s).tolist() for s in varied_strings()]
    assert digest(rows) == golden["ids"]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(sorted(PATTERNS)))
def test_no_byte_is_lost(raw, name):
    assert learned(name).decode_bytes(learned(name).encode(raw)) == raw


def test_a_piece_may_be_long():
    """Quadratic work would take minutes here."""
    text = "na" * 50_000
    assert learned("gpt2").decode(learned("gpt2").encode(text)) == text


def test_merges_overlap_from_the_left():
    tokenizer = train_bpe("aaaaa " * 3, 258, pattern=GPT2)
    assert tokenizer.merges == [("a", "a"), ("aa", "a")]
    assert [tokenizer.decode([i]) for i in tokenizer.encode("aaaaa")] == ["aa", "aaa"]


def test_special_tokens_are_found_first_the_longest_before_the_shorter():
    base = learned("gpt2")
    added = {900: AddedToken("<a>"), 901: AddedToken("<a><b>"), 902: AddedToken("x", special=False)}
    tokenizer = ByteBPE(base.vocabulary, base.merges, added, prefix=[900], suffix=[901])
    ids = tokenizer.encode("<a><b>x<a>").tolist()
    assert ids == [900, 901, 902, 900, 901]
    assert tokenizer.decode(ids, skip_special=True) == "x"
    assert tokenizer.encode("x", add_special_tokens=False).tolist() == [902]
    assert tokenizer.vocab_size == 903


def test_the_older_two_files_are_read(tmp_path):
    base = learned("gpt2")
    (tmp_path / "vocab.json").write_text(json.dumps(base.vocabulary), "utf-8")
    merges = "\n".join(map(" ".join, base.merges))
    (tmp_path / "merges.txt").write_text(f"#version: 0.2\n{merges}\n", "utf-8")
    read = read_tokenizer(tmp_path)
    text = "To be, or not<|endoftext|>"
    assert read.encode(text).tolist() == base.encode(text).tolist()


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("model", {"type": "WordPiece"}, "model.type 'WordPiece'"),
        ("model", {"dropout": 0.1}, "model.dropout"),
        ("model", {"novel": 1}, "model.novel"),
        ("model", {"merges": [["T"]]}, "merge 0"),
        ("model", {"merges": [["T", "zz"]]}, "'zz' is not in the vocabulary"),
        ("model", {"vocab": {"a": 0}}, "lacks 255 of the 256 bytes"),
        ("normalizer", {"type": "NFKC"}, "NFKC"),
        ("pre_tokenizer", {"type": "Whitespace"}, "Whitespace"),
        ("post_processor", {"type": "BertProcessing"}, "BertProcessing"),
        ("added_tokens", [{"id": 1, "content": "x", "lstrip": True}], "lstrip"),
        ("added_tokens", [{"id": 7, "content": "x"}], "of another token"),
        ("added_tokens", 3, "has not the form"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(part, value, said, tmp_path):
    write_tokenizer(learned("gpt2"), tmp_path)
    path = tmp_path / "tokenizer.json"
    document = json.loads(path.read_text("utf-8"))
    document[part] = {**document[part], **value} if part == "model" else value
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ValueError, match=said):
        read_tokenizer(tmp_path)


def test_bad_input_is_told():
    tokenizer = learned("gpt2")
    with pytest.raises(ValueError, match="surrogate"):
        tokenizer.encode("\ud800")
    with pytest.raises(ValueError, match="800 is no token's"):
        tokenizer.decode([800])
    with pytest.raises(ValueError, match="vocab_size must be 256 or more"):
        train_bpe("a", 255)
    with pytest.raises(FileNotFoundError, match=r"has no vocab\.json"):
        read_tokenizer("nowhere")
