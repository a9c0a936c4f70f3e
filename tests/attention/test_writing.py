"""The ways to write from the command line, with the model in the box."""

import numpy as np
import pytest

from attention.decoding import beam_search, generate, generate_batch
from attention.text import load_packed_model
from attention.text.__main__ import main


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Where no trained model lies, so that the one in the box is taken."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def box():
    return load_packed_model()[:2]


def said(capsys, *arguments: str) -> str:
    assert main(["generate", *arguments]) == 0
    return capsys.readouterr().out


def test_beams_find_what_beam_search_finds(box, capsys):
    model, tokenizer = box
    how = ["--prompt", "KING ", "--beams", "3", "--length-penalty", "1", "--length", "9"]
    best = beam_search(model, tokenizer.encode("KING "), 9, width=3, length_penalty=1)[0]
    assert said(capsys, *how) == tokenizer.decode(best.ids) + "\n"


def test_a_draft_changes_no_greedy_text(box, capsys, tmp_path):
    small = ["--layers", "1", "--width", "16", "--steps", "2", "--workers", "1", "--block", "32"]
    (tmp_path / "all.txt").write_text(box[1].characters * 9)  # one vocabulary
    assert main(["train", "--model", "draft.npz", "--corpus", "all.txt", *small]) == 0
    capsys.readouterr()
    how = ["--prompt", "ROMEO:", "--length", "20", "--temperature", "0", "--seed", "5"]
    plain = said(capsys, *how)
    assert main(["generate", *how, "--draft", "draft.npz", "--ahead", "3"]) == 0
    told = capsys.readouterr()
    assert told.out == plain
    assert "drafted tokens" in told.err


def test_several_prompts_are_written_side_by_side(box, capsys):
    model, tokenizer = box
    prompts = ["ROMEO:", "What light"]
    ids = [tokenizer.encode(prompt) for prompt in prompts]
    rows = generate_batch(model, ids, 7, rng=3, temperature=0.8)
    how = ["--length", "7", "--seed", "3", "--prompt", prompts[0], "--prompt", prompts[1]]
    assert said(capsys, *how) == "".join(tokenizer.decode(row) + "\n" for row in rows)


def test_sinks_write_on_past_the_models_length(box, capsys):
    model, tokenizer = box
    prompt = "What light through yonder window breaks? " * 2
    ids = generate(model, tokenizer.encode(prompt), 9, sinks=2, window=20, temperature=0)
    how = ["--prompt", prompt, "--sinks", "2", "--window", "20", "--length", "9"]
    assert said(capsys, *how, "--temperature", "0") == tokenizer.decode(ids) + "\n"


def test_penalty_and_min_p_reach_the_drawing(box, capsys):
    model, tokenizer = box
    how = ["--prompt", "ROMEO:", "--length", "20", "--min-p", "0.3", "--repetition-penalty", "1.5"]
    want = generate(
        model, tokenizer.encode("ROMEO:"), 20, rng=0, temperature=0.8, min_p=0.3,
        repetition_penalty=1.5,
    )  # fmt: skip
    assert said(capsys, *how) == tokenizer.decode(np.array(want)) + "\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--beams", "2", "--sinks", "3"], "--beams and --sinks are ways to write"),
        (["--prompt", "a", "--prompt", "b", "--beams", "2"], "--beams and several --prompt"),
        (["--beams", "2", "--top-k", "3"], "--top-k means nothing with --beams"),
        (["--beams", "0"], "--beams must be 1 or more"),
        (["--ahead", "3"], "--ahead belongs to --draft"),
        (["--window", "3"], "--window belongs to --sinks"),
        (["--length-penalty", "1"], "--length-penalty belongs to --beams"),
        (["--length", "-1"], "--length must be 0 or more"),
        (["--sinks", "64"], "at most 64 together"),
        (["--top-k", "0"], "top_k must be 1 or more"),
        (["--draft", "none.npz"], "none.npz does not exist"),
        (["--beams", "2", "--length", "64"], "leave room"),
        (["--prompt", "ab\udce4"], "--prompt is not UTF-8 at character 3"),
        (["--prompt", "你"], "was not trained on"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(arguments, told, capsys):
    assert main(["generate", *arguments]) == 2
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""
