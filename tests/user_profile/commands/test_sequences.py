"""What a person types: train, evaluate, recommend, export, and every mistake on the way."""

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.commands.waiting import Waiting

from .conftest import QUICK


@pytest.mark.slow
def test_train_prints_both_tables_with_every_baseline(folder, capsys):
    model = str(folder / "again.npz")
    command = ["sequences", "train", str(folder / "log.txt"), "--model", model, *QUICK]
    assert main([*command, "--sampled", "5"]) == 0
    out = capsys.readouterr().out
    assert "all items ranked" in out
    assert "5 sampled items ranked" in out
    for name in ("popularity", "item-to-item", "Markov", "sequence rules", "sequence model"):
        assert sum(line.startswith(name) or name in line for line in out.splitlines()) >= 2, name
    assert "40 users, 25 items" in out


def test_each_line_of_a_table_says_how_far_it_is(folder, ask, monkeypatch):
    heard = []
    monkeypatch.setattr(Waiting, "__call__", lambda self, *told: heard.append(told))
    assert ask("evaluate", str(folder / "log.txt"), "--sampled", "0")[0] == 0
    ends = {what for what, done, total in heard if done == total}
    assert {"popularity", "first-order Markov", "sequence model"} <= ends


def test_evaluate_repeats_the_table_of_train(folder, ask):
    status, out, _ = ask("evaluate", str(folder / "log.txt"), "--sampled", "0")
    assert status == 0
    assert "sampled items ranked" not in out
    assert "The sequence model" in out


@pytest.mark.slow
def test_several_files_are_one_log(folder, ask, tmp_path):
    lines = (folder / "log.txt").read_text().splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if line.startswith("u20 "))
    for name, part in (("a.txt", lines[:cut]), ("b.txt", lines[cut:])):
        (tmp_path / name).write_text("".join(part))
    whole = ask("evaluate", str(folder / "log.txt"), "--sampled", "0")[1].splitlines()
    files = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    for given in (files, [str(tmp_path / "*.txt")]):
        status, out, _ = ask("evaluate", *given, "--sampled", "0")
        assert status == 0
        without_seconds = [line.split()[:3] for line in out.splitlines()[1:]]
        assert without_seconds == [line.split()[:3] for line in whole[1:]]
    status, _, err = ask("recommend", *files, "--user", "nobody")
    assert status == 2
    assert "a.txt, " in err


def test_a_place_that_cannot_be_written_is_told_before_the_training(folder, capsys):
    arguments = ["sequences", "train", str(folder / "log.txt"), "--overwrite", "--model"]
    assert main([*arguments, str(folder)]) == 2
    said = capsys.readouterr()
    assert "cannot be written" in said.err
    assert "epoch" not in said.out + said.err


@pytest.mark.parametrize(
    ("action", "arguments", "said"),
    [
        ("train", ["log.txt"], "--overwrite"),
        ("train", ["nowhere.txt", "--overwrite"], "nowhere.txt"),
        ("train", ["log.txt", "--overwrite", "--dropout", "2"], "dropout"),
        ("train", ["short.txt", "--overwrite"], "longer log"),
        ("train", ["same.txt", "--overwrite"], "seen before"),
        ("train", ["log.txt", "--overwrite", "--embed-dim", "7"], "multiple"),
        ("evaluate", ["log.txt", "--columns", "user"], "name=column"),
        ("recommend", [], "FILE"),
        ("recommend", ["log.txt", "--items", "i1"], "not both"),
        ("recommend", ["log.txt", "--features", "age=3"], "--items"),
        ("recommend", ["log.txt", "--user", "nobody"], "nobody"),
        ("recommend", ["--items", "i1", "--top", "0"], "top"),
        ("recommend", ["--items", "i1", "--features", "age"], "name=value"),
        ("recommend", ["--items", "i1", "--out", "x.txt"], ".csv"),
        ("export", ["log.txt", "--out", "x.json"], ".npz"),
        ("export", ["bytes.txt", "--out", "x.npz"], "bytes.txt"),
    ],
)
def test_mistakes_cost_one_sentence_and_nothing_else(
    folder, ask, monkeypatch, action, arguments, said
):
    monkeypatch.chdir(folder)
    (folder / "short.txt").write_text("a b\nc d\n")
    (folder / "same.txt").write_text("a b\na d\n" * 5 + "c b\nc d\n" * 5)
    (folder / "bytes.txt").write_bytes(b"\xff\xfe \xfa\n" * 5)
    before = (folder / "m.npz").read_bytes(), sorted(p.name for p in folder.iterdir())
    status, _, error = ask(action, *arguments)
    assert status == 2
    assert said in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert before == ((folder / "m.npz").read_bytes(), sorted(p.name for p in folder.iterdir()))


def test_features_are_asked_for_by_their_names(tmp_path, capsys):
    rng = np.random.default_rng(0)
    rows = [
        f"{user}\t{(start + step) % 20 + 1}\t4\t{1000 * user + step}\n"
        for user in range(1, 31)
        for start in [int(rng.integers(20))]
        for step in range(6)
    ]
    (tmp_path / "u.data").write_text("".join(rows))
    (tmp_path / "u.user").write_text(
        "".join(f"{u}|{20 + u}|{'MF'[u % 2]}|x|1\n" for u in range(1, 31))
    )
    model = ["--model", str(tmp_path / "m.npz")]
    assert main(["sequences", "train", str(tmp_path / "u.data"), *model, *QUICK]) == 0
    ask = ["sequences", "recommend", *model, "--top", "2", "--items", "3"]
    capsys.readouterr()
    assert main([*ask, "--features", "gender=F,age=24"]) == 0
    assert "not known" not in capsys.readouterr().out
    assert main([*ask, "--features", "gender=X"]) == 0
    assert "gender=X was not met" in capsys.readouterr().out
    assert main([*ask, "--features", "shoe=9"]) == 2
    assert "no user feature 'shoe'; it was trained with age, gender" in capsys.readouterr().err


def test_evaluate_names_what_the_model_does_not_know(folder, tmp_path, ask):
    (tmp_path / "other.txt").write_text("a i1\na i2\na new\na i3\nb i1\nb i5\nb i6\n")
    status, out, _ = ask("evaluate", str(tmp_path / "other.txt"), "--sampled", "0")
    assert status == 0
    assert "1 of 6 items are not known to the model and left out: new" in out
