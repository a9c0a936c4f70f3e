"""The word-piece rules, one by one, on a vocabulary small enough to check by eye."""

import numpy as np
import pytest

from attention.pretrained import WordPiece

VOCABULARY = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "un", "##aff", "##able", "cafe",
    "café", "The", ",", "!", "$", "5", "中", "文", "ab", "##ab", "a", "##b", "σ", "##ς",
]  # fmt: skip


@pytest.fixture
def tokenizer():
    return WordPiece(VOCABULARY)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("The CAT", ["the", "cat"]),
        ("unaffable", ["un", "##aff", "##able"]),
        ("unaffablex", ["[UNK]"]),
        ("Café cafe\u0301", ["cafe", "cafe"]),
        ("the,cat!", ["the", ",", "cat", "!"]),
        ("$5", ["$", "5"]),
        ("中文the中", ["中", "文", "the", "中"]),
        ("the\tcat\nthe\u00a0cat\u3000the", ["the", "cat"] * 2 + ["the"]),
        ("th\u200be\x00 c\ufffdat", ["the", "cat"]),
        ("abab", ["ab", "##ab"]),
        ("[MASK] the [SEP]", ["[MASK]", "the", "[SEP]"]),
        ("a" * 101, ["[UNK]"]),
        ("ab" * 50, ["ab", *["##ab"] * 49]),
        ("", []),
        (" \n", []),
        ("ΣΣ", ["σ", "##ς"]),
    ],
)
def test_rules(tokenizer, text, pieces):
    assert tokenizer.tokenize(text) == pieces


def test_cased_models_keep_case_and_accents():
    tokenizer = WordPiece(VOCABULARY, lower_case=False)
    assert tokenizer.tokenize("The café") == ["The", "café"]


def test_accents_and_case_can_be_parted():
    tokenizer = WordPiece(VOCABULARY, lower_case=True, strip_accents=False)
    assert tokenizer.tokenize("CAFÉ") == ["café"]


def test_encode_pads_and_counts(tokenizer):
    ids, lengths = tokenizer.encode(["the cat", "the", ""])
    np.testing.assert_array_equal(ids, [[2, 5, 6, 3], [2, 5, 3, 0], [2, 3, 0, 0]])
    np.testing.assert_array_equal(lengths, [4, 3, 2])
    assert tokenizer.encode([])[0].shape == (0, 0)


def test_long_texts_are_cut_and_keep_their_end_mark():
    ids, lengths = WordPiece(VOCABULARY, max_length=4).encode(["the cat the cat the"])
    np.testing.assert_array_equal(ids, [[2, 5, 6, 3]])
    assert lengths == [4]


def test_wrong_arguments(tokenizer):
    with pytest.raises(TypeError, match="list of texts"):
        tokenizer.encode("the cat")
    with pytest.raises(ValueError, match=r"lacks \[UNK\]"):
        WordPiece(["[PAD]", "[CLS]", "[SEP]"])
    with pytest.raises(ValueError, match="max_length"):
        WordPiece(VOCABULARY, max_length=2)


def test_directory_settings_are_read(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    assert WordPiece.from_directory(tmp_path).tokenize("The") == ["the"]
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    tokenizer = WordPiece.from_directory(tmp_path)
    assert tokenizer.tokenize("The") == ["The"]
    assert tokenizer.vocabulary == VOCABULARY
