"""SentencePiece's vocabularies: the ids and texts of its library; files that are refused."""

import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest

from attention.tokens import SentencePieceBPE, read_sentencepiece, read_tokenizer
from attention.tokens.normalizer import Normalizer
from attention.tokens.protobuf import read_message

from .oracle import digest
from .spm_oracle import (
    FOLDER,
    GOLDEN,
    LLAMA,
    MODELS,
    SCHEMES,
    answers,
    llama_json,
    train,
    with_specials,
    without_end,
)
from .varied import varied_strings

LLAMA_MODEL = FOLDER / "llama.model"


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text())


@pytest.fixture(scope="module")
def llama():
    return read_sentencepiece(LLAMA_MODEL)


def compare(tokenizer, strings, golden, **options):
    ids = [tokenizer.encode(s, **options).tolist() for s in strings]
    hundreds = len(strings) // 100
    assert digest(ids) == golden["ids"][:hundreds]
    texts = [[tokenizer.decode(without_end(row), skip_special=True)] for row in ids]
    assert digest(texts) == golden["texts"][:hundreds]


COUNTS = [2000, pytest.param(10_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", MODELS)
def test_varied_strings_equal_the_library(name, count, golden):
    tokenizer = read_sentencepiece(FOLDER / f"{name}.model")
    compare(tokenizer, varied_strings()[:count], golden[name], add_special_tokens=False)


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_tokenizer_json_with_byte_fallback_equals_its_library(scheme, count, golden, tmp_path):
    llama_json(tmp_path, scheme)
    tokenizer = read_tokenizer(tmp_path)
    assert isinstance(tokenizer, SentencePieceBPE)
    compare(tokenizer, with_specials()[:count], golden[f"json {scheme}"])


@pytest.mark.slow
@pytest.mark.parametrize("rules", ["nmt_nfkc", "nmt_nfkc_cf", "nfkc", "identity"])
def test_published_rules_equal_the_library(rules):
    library = pytest.importorskip("sentencepiece", reason="pip install sentencepiece")
    squeeze = rules != "nfkc"
    options = {**LLAMA, "vocab_size": 900, "normalization_rule_name": rules,
               "remove_extra_whitespaces": squeeze, "byte_fallback": squeeze}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = train(rules, options, Path(folder))
        tokenizer, (ids, texts) = read_sentencepiece(path), answers(path)
        processor = library.SentencePieceProcessor(model_file=str(path))
    for text, own, said in zip(varied_strings(), ids, texts):
        assert tokenizer.encode(text, add_special_tokens=False).tolist() == own
        assert tokenizer.decode(own, skip_special=True) == said
    rng = np.random.default_rng(0)
    for _ in range(2000):
        row = rng.integers(0, tokenizer.vocab_size, rng.integers(1, 9)).tolist()
        assert tokenizer.decode(row, skip_special=True) == processor.decode(row)


def test_a_text_begins_with_its_token_unless_told(llama, tmp_path):
    assert llama.encode("to be").tolist() == [1, *llama.encode("to be", add_special_tokens=False)]
    assert llama.decode(llama.encode("to be")) == "<s> to be"
    assert llama.decode(llama.encode("to be"), skip_special=True) == "to be"
    shutil.copy(LLAMA_MODEL, tmp_path / "tokenizer.model")
    asked = {"add_bos_token": False, "add_eos_token": True}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(asked))
    assert read_tokenizer(tmp_path).encode("").tolist() == [2]


def test_a_text_is_streamed_with_its_blanks(llama):
    ids = llama.encode("to be 你", add_special_tokens=False)
    following = llama.stream()
    assert "".join(following(i) for i in [*ids, 2]) == " to be 你"
    assert llama.is_end(2)
    assert not llama.is_end(5)


def test_bytes_that_are_no_text_become_the_replacement_character(llama):
    ids = llama.encode(b"a\xff\xe4b", add_special_tokens=False)
    assert llama.decode(ids) == "a\ufffd\ufffdb"
    assert llama.decode([3 + 0xE4]) == "\ufffd"
    with pytest.raises(ValueError, match="surrogate"):
        llama.encode("\ud800")
    with pytest.raises(ValueError, match="700 is no token's"):
        llama.decode([700])


def field(number, value):
    """A field of the wire format: a number, or bytes."""
    if isinstance(value, int):
        return bytes([*varint(number << 3), *varint(value)])
    return bytes([*varint(number << 3 | 2), *varint(len(value))]) + value


def varint(value):
    while value >= 0x80:
        yield value & 0x7F | 0x80
        value >>= 7
    yield value


def piece(text, kind=1):
    return field(1, field(1, text.encode()) + field(3, kind))


ENDS = piece("<unk>", 2) + piece("<s>", 3) + piece("</s>", 3)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "it has no piece"),
        (b"\x0a\x7fabc", "runs beyond the end"),
        (b"\x0b", "wire type 3"),
        (b"\xff" * 12, "has no end"),
        (b"IQ== 0\nIg== 1\n", "is not a SentencePiece model"),
        (field(1, 5), "must hold messages"),
        (field(1, field(1, b"\xff")), "is not a SentencePiece model"),
        (ENDS + piece("a"), "a unigram one; only byte-pair"),
        (ENDS + field(2, field(3, 4)), "a character one"),
        (ENDS + field(2, field(3, 2) + field(24, 1)), "treat_whitespace_as_suffix"),
        (ENDS + field(2, field(3, 2)) + field(3, field(5, 0)), "escape_whitespaces"),
        (ENDS + field(2, field(3, 2)) + field(5, field(2, b"x")), "a denormalizer"),
        (ENDS + field(2, field(3, 2)) + field(3, field(2, b"\x08\0\0\0ab")), "name a trie of 8"),
        (ENDS + field(2, field(3, 2)) + piece("a", 5), "'a', is of kind 5"),
        (ENDS + field(2, field(3, 2)) + piece("a") + piece("a"), "'a', is empty, stands twice"),
        (ENDS + field(2, field(3, 2) + field(35, 1)), "0 byte pieces"),
        (piece("a") + field(2, field(3, 2)), "0 unknown pieces"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(file, said, tmp_path):
    path = tmp_path / "tokenizer.model"
    path.write_bytes(file)
    with pytest.raises(ValueError, match=said) as caught:
        read_tokenizer(tmp_path)
    assert str(caught.value).startswith(str(path))


def test_a_run_of_unknown_characters_is_one_across_blanks(tmp_path):
    path = tmp_path / "tokenizer.model"
    path.write_bytes(ENDS + piece("a") + field(2, field(3, 2)))
    tokenizer = read_sentencepiece(path)
    assert tokenizer.encode("b c a d", add_special_tokens=False).tolist() == [0, 3, 0]
    assert tokenizer.decode([0, 3]) == " \u2047 a"


def test_a_file_cut_anywhere_ends_in_a_sentence(tmp_path):
    whole = (FOLDER / "rules.model").read_bytes()
    path = tmp_path / "tokenizer.model"
    for end in range(0, len(whole) - 1, 61):
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match="tokenizer"):
            read_sentencepiece(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("added_tokens.json", {"<pad>": 700}),
        ("tokenizer_config.json", {"added_tokens_decoder": {"700": {"content": "<pad>"}}}),
    ],
)
def test_tokens_added_beside_the_model_are_refused(name, content, tmp_path):
    shutil.copy(LLAMA_MODEL, tmp_path / "tokenizer.model")
    (tmp_path / name).write_text(json.dumps(content))
    with pytest.raises(ValueError, match=rf"{name} adds"):
        read_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("normalizer", {"type": "NFC"}, "normalizer 'NFC'"),
        ("normalizer", None, "normalizer None"),
        ("pre_tokenizer", {"type": "Metaspace"}, "pre_tokenizer 'Metaspace' does not go"),
        ("decoder", {"type": "ByteLevel"}, "decoder 'ByteLevel'"),
        ("model", {"unk_token": "?"}, "model.unk_token '\\?'"),
        ("model", {"merges": [["zz", "▁"]]}, "'zz' is not in the vocabulary"),
        ("model", {"vocab": {"a": 0}, "merges": []}, "lacks <0x00>"),
    ],
)
def test_another_kind_of_tokenizer_json_is_refused_by_name(part, value, said, tmp_path):
    path = llama_json(tmp_path)
    document = json.loads(path.read_text("utf-8"))
    document[part] = {**document[part], **value} if part == "model" else value
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ValueError, match=said):
        read_tokenizer(tmp_path)


def test_rules_replace_the_longest_match():
    rules = (FOLDER / "rules.model").read_bytes()
    model = read_message(rules)
    (spec,) = model[3]
    (blob,) = read_message(spec)[2]
    assert Normalizer(blob, prefix=False)("A... .. .") == "a…▁‥▁."
    assert Normalizer(blob, squeeze=True)("  e\u0301 \u3000 b ") == "▁é▁b"
    assert Normalizer(blob, squeeze=True)(" \t ") == ""
