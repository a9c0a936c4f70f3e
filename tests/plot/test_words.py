"""Word pieces merged to words: by each convention, with sums over keys and means over queries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention.plot import merge_words, plot_attention
from attention.plot.words import group_words
from tests.plot.helpers import random_weights

GPT = {chr(b): b for b in [*range(33, 127), *range(161, 173), *range(174, 256)]}
SIGNS = {b: c for c, b in GPT.items()}
SIGNS |= {b: chr(256 + i) for i, b in enumerate(b for b in range(256) if b not in SIGNS)}


def gpt_token(text):
    return "".join(SIGNS[b] for b in text.encode())


@pytest.mark.parametrize(
    ("tokens", "words", "starts"),
    [
        (["[CLS]", "un", "##aff", "##able", "cats", "[SEP]"],
         ["[CLS]", "unaffable", "cats", "[SEP]"], [0, 1, 4, 5]),
        (["我", "爱", "play", "##ing"], ["我", "爱", "playing"], [0, 1, 2]),
        (["The", "Ġcat", "s", "Ġsat", ",", "Ġdidn", "'t", "Ġit", "?"],
         ["The", "cats", "sat", ",", "didn't", "it", "?"], [0, 1, 3, 4, 5, 7, 8]),
        (["<|endoftext|>", "Ġa", "b"], ["<|endoftext|>", "ab"], [0, 1]),
        (["▁un", "aff", "able", "▁cats", "."], ["unaffable", "cats", "."], [0, 3, 4]),
        (["<s>", " un", "aff", "able", " cats", "."], ["<s>", "unaffable", "cats", "."],
         [0, 1, 4, 5]),
        (["a", " ", "b"], ["a", " ", "b"], [0, 1, 2]),
    ],
)  # fmt: skip
def test_words_are_read_by_convention(tokens, words, starts):
    found, texts = group_words(tokens)
    assert texts == words
    assert found.tolist() == starts


def test_bytes_of_chinese_become_characters_again():
    whole = gpt_token("Ġ".replace("Ġ", " ")) + gpt_token("你")
    first, second, third = (SIGNS[b] for b in "好".encode())
    found, texts = group_words([whole, first, second + third, gpt_token("吗")])
    assert texts == ["你", "好", "吗"]
    assert found.tolist() == [0, 1, 3]


def test_sum_over_keys_mean_over_queries():
    weights = np.array([[0.5, 0.25, 0.25], [0.1, 0.3, 0.6], [0.2, 0.2, 0.6]])
    merged, words = merge_words(weights, ["a", "b", "##c"])
    assert words == ["a", "bc"]
    np.testing.assert_allclose(merged, [[0.5, 0.5], [0.15, 0.85]])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["the", "##s", "cat", "##ly", "."]), min_size=1, max_size=12))
def test_rows_that_sum_to_one_still_do(tokens):
    layers = [random_weights(2, len(tokens), len(tokens), seed=i) for i in range(2)]
    merged, words = merge_words(layers, tokens)
    assert all(layer.shape == (2, len(words), len(words)) for layer in merged)
    for layer in merged:
        np.testing.assert_allclose(layer.sum(-1), 1, rtol=1e-5)


def test_a_plot_takes_the_result(figure):
    image = plot_attention(
        *merge_words(random_weights(4, 4), ["a", "##b", "c", "##d"]), ax=figure.gca()
    )
    assert image.weights.shape == (2, 2)
    assert [t.get_text() for t in image.axes.get_yticklabels()] == ["ab", "cd"]


def test_cross_attention_is_merged_one_side_at_a_time():
    weights = random_weights(2, 3)
    with pytest.raises(ValueError, match="merge one side"):
        merge_words(weights, ["a", "##b"])
    rows, words = merge_words(weights, ["a", "##b"], axis="queries")
    both, keys = merge_words(rows, ["c", "d", "##e"], axis="keys")
    assert (words, keys, both.shape) == (["ab"], ["c", "de"], (1, 2))
    for wrong, said in (({"axis": "rows"}, "expected"), ({"convention": "x"}, "one of bert")):
        with pytest.raises(ValueError, match=said):
            merge_words(random_weights(2, 2), ["a", "b"], **wrong)
