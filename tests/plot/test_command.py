"""python -m attention.plot: a picture of a model's attention, or one sentence and status 2."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import attention.plot
from attention.plot.__main__ import KINDS, main
from tests.pretrained.conftest import small_model  # noqa: F401

OF_ANY = ("heads", "map", "lines", "rollout", "entropy", "patterns", "difference")
WRITING = tuple(kind for kind in KINDS if kind not in OF_ANY)


@pytest.mark.parametrize(("kind", "dark"), [*((kind, False) for kind in OF_ANY), ("map", True)])
def test_every_kind_writes_its_picture(kind, dark, small_model, tmp_path, capsys):  # noqa: F811
    out = tmp_path / "a.png"
    arguments = ["the cat sat", "--model", str(small_model), "--kind", kind, "--out", str(out)]
    assert main(arguments + ["--dark"] * dark) == 0
    said = capsys.readouterr().out
    assert f"Wrote {out}" in said
    assert "2 layers of 2 heads, 5 tokens" in said
    assert "not explanation" in said
    corner = np.asarray(Image.open(out).convert("L"))[0, 0]
    assert corner == (0 if dark else 255)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[pytest.mark.slow] * (kind != "lens")) for kind in WRITING]
)
def test_the_model_in_the_box_is_looked_at_without_a_folder(kind, tmp_path, capsys):
    out = tmp_path / "a.png"
    arguments = ["What light", "--kind", kind, "--steps", "4", "--top-k", "5", "--grey"]
    assert main([*arguments, "--out", str(out)]) == 0
    assert "4 layers of 4 heads, 10 tokens" in capsys.readouterr().out
    page = np.asarray(Image.open(out).convert("RGB")).astype(int)
    assert page.min() < 128  # something is drawn, and without colour
    assert np.ptp(page, axis=-1).max() == 0


def test_every_kind_has_its_drawing():
    from attention.plot.kinds import KINDS as drawings

    assert tuple(drawings) == KINDS


def test_words_and_a_page(small_model, tmp_path):  # noqa: F811
    out = tmp_path / "a.html"
    assert main(["the cats", "--model", str(small_model), "--words", "--out", str(out)]) == 0
    assert '"cats"' in out.read_text()


def test_one_head_is_a_map(small_model, tmp_path):  # noqa: F811
    out = tmp_path / "a.svg"
    arguments = ["the cat", "--model", str(small_model), "--layer", "1", "--head", "0"]
    assert main([*arguments, "--out", str(out)]) == 0
    assert "layer 1, head 0" in out.read_text()


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--layer", "2"], "layers 0 to 1"),
        (["--head", "-1"], "--head is -1"),
        (["--out", "/no/such/place/a.png"], "does not exist"),
        (["--out", "a.what"], "not supported"),
        (["--dpi", "0"], "--dpi is 0"),
        (["--dpi", "nan"], "--dpi is nan"),
        (["--model", "/no/such/model"], "no config.json"),
        (["--kind", "lens"], "--model is an encoder"),
        (["--kind", "score", "--words"], "leave --words out"),
        (["--kind", "difference", "--other", "2"], "--other is 2"),
    ],
)
def test_mistakes_get_one_sentence(extra, message, small_model, capsys):  # noqa: F811
    assert main(["the cat", "--model", str(small_model), *extra]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "unneeded"),
    [
        ("from attention.plot.__main__ import build_parser as b; b().format_help()", "matplotlib"),
        ("from attention.plot import *; plot_heads", "matplotlib.pyplot"),
    ],
)
def test_what_is_not_needed_is_not_loaded(code, unneeded):
    code = f"import sys; {code}; print({unneeded!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_public_name_is_found():
    assert set(attention.plot.__all__) <= set(dir(attention.plot))
    for name in attention.plot.__all__:
        assert getattr(attention.plot, name).__module__.startswith("attention.plot.")
    with pytest.raises(AttributeError, match="no attribute 'plot_nothing'"):
        getattr(attention.plot, "plot_nothing")  # noqa: B009
