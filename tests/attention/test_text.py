"""The language model: right gradients, caches, sampling, training that learns, commands."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attention as A
from attention.text import (
    CausalLM,
    CharTokenizer,
    TextSettings,
    TransformerModel,
    generate,
    generate_text,
    load_text_model,
    sample,
    train_text,
)
from attention.text.__main__ import main
from attention.text.corpus import read_corpus
from attention.training import cores

SMALL = TextSettings(block=8, batch=4, layers=1, heads=2, width=16, steps=40, lr=1e-2, warmup=5)
TEXT = "the cat sat on the mat. " * 40
IDS = np.random.default_rng(0).integers(0, 11, (2, 7))


def _model(**options: Any) -> CausalLM:
    return CausalLM(11, 8, 2, 8, 2, **{"rng": 0, "dtype": np.float64, **options})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"positions": "rotary", "num_kv_heads": 1},
        {"output": "biased", "bias": True, "norm_first": False, "activation": "relu"},
        {"dropout": 0.2},
    ],
)
def test_gradients(options: dict[str, Any]) -> None:
    model = _model(**options)
    report = A.check_gradients(model, (IDS,), options={"rng": 1}, method="complex", samples=8)
    assert report.worst <= 1e-12


def test_the_tied_table_gets_the_gradients_of_both_its_uses() -> None:
    """Central differences of the loss in one entry that is both looked up and output."""
    model = _model()
    loss, saved = model.loss_forward(IDS[:, :-1], IDS[:, 1:])
    model.loss_backward(1.0, saved)
    table = model.tokens.table
    at = int(IDS[0, 0]), 3
    value, losses = table.data[at], []
    for h in (1e-5, -1e-5):
        table.data[at] = value + h
        losses.append(model.loss_forward(IDS[:, :-1], IDS[:, 1:])[0])
    table.data[at] = value
    assert loss == pytest.approx(np.mean(losses), abs=1e-9)
    assert table.grad[at] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_no_position_sees_the_future(positions: str) -> None:
    model = _model(positions=positions)
    logits, _ = model.forward(IDS)
    changed = IDS.copy()
    changed[:, 4:] = (changed[:, 4:] + 1) % 11
    np.testing.assert_array_equal(model.forward(changed)[0][:, :4], logits[:, :4])


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_caches_give_the_logits_of_the_whole(positions: str) -> None:
    model = _model(positions=positions)
    whole, _ = model.forward(IDS)
    caches = model.new_caches(2)
    for t in range(7):
        np.testing.assert_allclose(model.infer(IDS[:, t : t + 1], caches), whole[:, t], atol=1e-12)


def test_the_documented_transformer_has_its_parameters() -> None:
    model = TransformerModel(
        d_model=512,
        num_layers=2,
        num_heads=8,
        dff=2048,
        input_vocab_size=5000,
        maximum_position_encoding=1000,
        rng=0,
    )
    assert sum(p.data.size for p in model.parameters()) == 11_941_768
    ids = generate(model, [1, 2, 3], 4, rng=0)
    assert ids[:3] == [1, 2, 3]
    assert len(ids) == 7


def test_too_long_a_sequence_is_refused() -> None:
    with pytest.raises(ValueError, match="at most max_length 8 tokens"):
        _model().forward(np.zeros((1, 9), int))


LOGITS = np.log([0.5, 0.2, 0.15, 0.1, 0.05])


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ({}, [0.5, 0.2, 0.15, 0.1, 0.05]),
        ({"top_k": 2}, [5 / 7, 2 / 7, 0, 0, 0]),
        ({"top_p": 0.6}, [5 / 7, 2 / 7, 0, 0, 0]),
        ({"top_p": 0.5}, [1, 0, 0, 0, 0]),
        ({"temperature": 0}, [1, 0, 0, 0, 0]),
        ({"temperature": 0.5, "top_k": 2}, [25 / 29, 4 / 29, 0, 0, 0]),
        ({"top_k": 3, "top_p": 0.8}, [10 / 14, 4 / 14, 0, 0, 0]),
    ],
)
def test_sampling_follows_its_options(options: dict[str, Any], want: list[float]) -> None:
    rng = np.random.default_rng(0)
    drawn = [sample(LOGITS, rng, **options) for _ in range(4000)]
    shares = np.bincount(drawn, minlength=5) / 4000
    np.testing.assert_allclose(shares, want, atol=0.03)
    assert set(np.flatnonzero(shares)) == set(np.flatnonzero(want))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"temperature": -1}, "temperature"), ({"top_k": 0}, "top_k"), ({"top_p": 0}, "top_p")],
)
def test_sampling_refuses_options_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"{message} must"):
        sample(LOGITS, 0, **options)


def test_generation_repeats_by_seed_goes_beyond_the_block_and_stops() -> None:
    model = _model()
    one, two = (generate(model, [1, 2], 30, rng=4) for _ in range(2))
    assert one == two
    assert len(one) == 32
    seen: list[int] = []
    greedy = generate(model, [1], 9, temperature=0, on_token=seen.append)
    assert greedy[1:] == seen
    assert len(generate(model, [1], 50, rng=0, stop=lambda ids: len(ids) == 5)) == 5
    with pytest.raises(ValueError, match="at least one token"):
        generate(model, [], 3)


def test_tokenizer_round_trips_and_names_strangers() -> None:
    tokenizer = CharTokenizer("héllo 中文\n")
    assert tokenizer.decode(tokenizer.encode("中文 hello".replace("e", "é"))) == "中文 héllo"
    with pytest.raises(ValueError, match="'xyz'"):
        tokenizer.encode("xyz")


def test_training_learns_and_its_file_gives_the_model_back(tmp_path: Path) -> None:
    path = tmp_path / "text.npz"
    model, tokenizer, trainer = train_text(TEXT, SMALL, checkpoint=path)
    losses = [loss for loss, _, _ in trainer.history]
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    again, same_tokenizer, settings = load_text_model(path)
    assert settings == replace(SMALL, workers=cores())  # the file says how many there were
    assert same_tokenizer.characters == tokenizer.characters
    text = generate_text(again, tokenizer, "the ", 20, rng=1)
    assert text == generate_text(model, tokenizer, "the ", 20, rng=1)
    assert generate_text(model, tokenizer, "the ", 200, rng=1, stop="t").count("t", 4) == 1


def test_a_text_too_short_for_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="too few for blocks of 8"):
        train_text("short", SMALL)


def test_the_shipped_corpus_is_whole() -> None:
    text = read_corpus()
    assert len(text) == 1_115_394
    assert len(set(text)) == 65


COMMON = ["--steps", "6", "--width", "8", "--layers", "1", "--heads", "2", "--block", "8"]


def test_the_commands_train_refuse_to_overwrite_and_generate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, model = tmp_path / "c.txt", str(tmp_path / "m.npz")
    corpus.write_text(TEXT, encoding="utf-8")
    train = ["train", "--corpus", str(corpus), "--model", model, *COMMON]
    assert main(train) == 0
    assert "validation loss" in capsys.readouterr().out
    before = Path(model).read_bytes()
    assert main(train) == 2
    assert "exists already; add --resume" in capsys.readouterr().err
    assert Path(model).read_bytes() == before
    assert main(["generate", "--model", model, "--prompt", "the", "--length", "5"]) == 0
    assert capsys.readouterr().out.startswith("the")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "--model", "nowhere.npz"], "does not exist"),
        (["train", "--corpus", "nowhere.txt"], "is not a file"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_status_2(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "attention.text", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 2
    assert message in process.stderr
    assert process.stderr.count("\n") == 1
