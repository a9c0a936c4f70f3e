"""The model in the box: small, trained, checked before it is believed."""

import re

import numpy as np
import pytest

from attention.files import FileFormatError, load_arrays, save_arrays
from attention.text import load_packed_model
from attention.text.__main__ import main
from attention.text.corpus import read_corpus
from attention.text.reading import TextInMemory
from attention.text.shipped import SHIPPED
from attention.text.train import split_text, validation_loss


def test_it_is_small_and_has_about_the_loss_it_states():
    assert SHIPPED.stat().st_size < 2e6
    model, tokenizer, settings, made = load_packed_model()
    text = read_corpus()
    begin = split_text(len(text), settings)
    part = TextInMemory(text[begin : begin + 64 * settings.block + 1], tokenizer)
    stated = float(re.search(r"validation loss ([\d.]+)", made)[1])
    assert validation_loss(model, part, 0, settings.block) == pytest.approx(stated, abs=0.1)
    assert "--workers" in made
    assert f"seed {settings.seed}" in made


def test_generate_writes_with_it_where_nothing_was_trained(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "--prompt", "ROMEO:", "--length", "5", "--stop", "\n"]) == 0
    assert capsys.readouterr().out.startswith("ROMEO:")


def test_pack_writes_what_load_reads(tmp_path, capsys):
    trained, out = str(tmp_path / "a.npz"), tmp_path / "b.npz"
    text = tmp_path / "text.txt"
    text.write_text(read_corpus()[:3000])
    corpus = ["--corpus", str(text)]
    size = ["--layers", "1", "--width", "8", "--steps", "0", *corpus]
    assert main(["train", "--model", trained, "--workers", "1", *size]) == 0
    assert main(["pack", "--model", trained, "--out", str(out), *corpus]) == 0
    made = load_packed_model(out)[3]
    assert "train --layers 1 --width 8 --steps 0 --workers 1, seed 1337" in made
    assert main(["pack", "--model", trained, "--out", str(out), *corpus]) == 2
    assert "--out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", np.array(2)),
        ("settings", np.array("{}")),
        ("extra", np.zeros(1)),
        ("parameters/tokens.table", np.zeros((1, 1), np.float16)),
        ("parameters/encoder.norm.gain", np.full(128, np.inf, np.float16)),
    ],
)
def test_what_is_not_such_a_file_is_refused(name, value, tmp_path):
    save_arrays(tmp_path / "x.npz", {**load_arrays(SHIPPED), name: value})
    with pytest.raises(FileFormatError, match=r"x\.npz"):
        load_packed_model(tmp_path / "x.npz")
