"""Text from a decoder's folder, and pictures of what it attends to, from the command line."""

import json

import numpy as np
import pytest

from attention.plot.__main__ import main as plot
from attention.pretrained import load_decoder
from attention.text import generate_text
from attention.text.__main__ import main as text

from .small_decoders import LLAMA, write_decoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every row of the table is a token's."""
    from attention.tokens import read_tokenizer

    path = write_decoder(tmp_path_factory.mktemp("llama"), LLAMA)
    size = read_tokenizer(path).vocab_size
    return write_decoder(path, {**LLAMA, "vocab_size": size})


def test_generate_streams_what_generate_text_returns(folder, capsys):
    arguments = ["--model", str(folder), "--prompt", "To be 你", "--length", "12", "--seed", "3"]
    assert text(["generate", *arguments]) == 0
    model, tokenizer = load_decoder(folder)
    expected = generate_text(model, tokenizer, "To be 你", 12, rng=3, temperature=0.8)
    assert capsys.readouterr().out == expected + "\n"
    assert len(expected) > len("To be 你")


def test_half_a_character_waits_for_its_other_half(folder):
    _, tokenizer = load_decoder(folder)
    ids = tokenizer.encode("a你b").tolist()
    next_text = tokenizer.stream()
    pieces = [next_text(i) for i in ids]
    assert "".join(pieces) == "a你b"
    assert "\ufffd" not in "".join(pieces)
    assert "" in pieces


@pytest.mark.parametrize(
    ("prompt", "said"), [("", "--prompt is empty"), ("To be " * 99, "reads at most 64")]
)
def test_a_prompt_that_does_not_fit_is_told(folder, prompt, said, capsys):
    assert text(["generate", "--model", str(folder), "--prompt", prompt]) == 2
    assert said in capsys.readouterr().err


def test_a_special_token_ends_the_text(folder):
    model, tokenizer = load_decoder(folder)
    model.head.weight.data[...] = 0  # all logits equal: the likeliest is id 0, <|endoftext|>
    seen = []
    assert generate_text(model, tokenizer, "To", 9, temperature=0, on_text=seen.append) == "To"
    assert seen == []


def test_plot_looks_at_a_decoder(folder, tmp_path, capsys):
    out = tmp_path / "heads.png"
    assert plot(["To be, or not", "--model", str(folder), "--out", str(out)]) == 0
    assert "2 layers of 4 heads" in capsys.readouterr().out
    assert out.stat().st_size > 1000
    assert plot(["To " * 99, "--model", str(folder), "--out", str(out)]) == 2
    assert "takes 1 to 64" in capsys.readouterr().err


def test_what_a_decoder_looks_at_is_causal(folder):
    from attention.pretrained import look

    tokens, layers = look(folder, "To be, or not")
    assert "".join(tokens) == "To be, or not"
    for weights in layers:
        np.testing.assert_array_equal(np.triu(weights, 1), 0)


def test_a_file_of_the_folder_is_told(folder, capsys):
    assert text(["generate", "--model", str(folder / "model.safetensors")]) == 2
    assert f"give its folder, {folder}" in capsys.readouterr().err


def test_a_folder_that_is_no_model_is_told(tmp_path, capsys):
    assert text(["generate", "--model", str(tmp_path), "--prompt", "a"]) == 2
    assert "has no config.json" in capsys.readouterr().err
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    assert text(["generate", "--model", str(tmp_path), "--prompt", "a"]) == 2
    assert "is of type 'bert'" in capsys.readouterr().err
