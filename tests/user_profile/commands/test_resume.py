"""Stopped, killed and resumed from the command line: what is said, what is kept, who is refused."""

import os
import re
import shlex
import signal

import pytest
from user_profile.__main__ import main
from user_profile.model.saved import load_model as load_profile
from user_profile.sequences import load_model as load_sequence

from attention.parallel import copies
from attention.training import Trainer
from tests.user_profile.shop_log import make_rows, write_csv

PROFILE = ["train", "--epochs", "3", "--embed-dim", "8"]
SEQUENCES = ["--epochs", "4", "--embed-dim", "8", "--hidden-dim", "16", "--max-length", "8",
             "--tokens", "128", "--rules", "0", "--sampled", "0"]  # fmt: skip


@pytest.fixture(params=["profiles", "sequences"])
def train(request, tmp_path):
    """A command that trains to a given file, and what reads its model."""
    rows = make_rows(customers=25)
    log = str(write_csv(tmp_path / "log.csv", rows))
    groups = [f"{item},{'mugs' if int(item[1:]) % 2 else 'signs'}" for item in {r[2] for r in rows}]
    (tmp_path / "groups.csv").write_text("\n".join(["item,category", *sorted(groups)]))
    if request.param == "profiles":
        profile = [*PROFILE, "--data", log, "--categories", str(tmp_path / "groups.csv")]
        return lambda model: [*profile, "--model", model], load_profile
    command = ["sequences", "train", log, *SEQUENCES]
    return lambda model: [*command, "--model", model], load_sequence


def _stopping(monkeypatch, after, how):
    """Do something after so many steps of a run, as a person or the system would."""
    step = Trainer._one_step

    def stop(trainer):
        step(trainer)
        if trainer.step == after:
            how()

    monkeypatch.setattr(Trainer, "_one_step", stop)


@pytest.mark.slow
def test_ctrl_c_saves_and_names_the_command_that_goes_on(train, tmp_path, capsys, monkeypatch):
    command, load = train
    model, whole = str(tmp_path / "m.npz"), str(tmp_path / "whole.npz")
    assert main(command(whole)) == 0
    with monkeypatch.context() as patch:
        _stopping(patch, 3, lambda: os.kill(os.getpid(), signal.SIGINT))
        capsys.readouterr()
        assert main(command(model)) == 130
    said = capsys.readouterr().err.splitlines()[-1]
    kept, again = said.split("; go on with: python -m user_profile ")
    assert kept == f"stopped after step 3 and saved to {tmp_path / 'm.training.npz'}"
    assert main(command(model)) == 2
    assert "exists already; add --resume to go on with it, --overw" in capsys.readouterr().err
    another = [*command(model), "--resume", "--lr", "0.5"]
    assert main(another) == 2
    assert "of another run: lr was" in capsys.readouterr().err
    assert main(shlex.split(again)) == 0
    assert sorted(path.name for path in tmp_path.glob("m*")) == ["m.npz"]
    ours, theirs = load(model).model.state_dict(), load(whole).model.state_dict()
    assert all(ours[name].tobytes() == theirs[name].tobytes() for name in theirs)


@pytest.mark.slow
@pytest.mark.parametrize("epochs", [1, 5])
def test_other_epochs_are_said(train, tmp_path, capsys, monkeypatch, epochs):
    command, _ = train
    given = command(str(tmp_path / "m.npz"))
    began = given[given.index("--epochs") + 1]
    with monkeypatch.context() as patch:
        _stopping(patch, 2, lambda: os.kill(os.getpid(), signal.SIGINT))
        assert main(given) == 130
    assert main([*given, "--resume", "--epochs", str(epochs)]) == 0
    said = capsys.readouterr()
    assert f"began with --epochs {began} and goes on with --epochs {epochs}:" in said.out
    lines = re.findall(r"epoch (\d+)/(\d+).*?(-?\d+) s left", said.out + said.err)
    assert all(int(done) <= int(of) and int(left) >= 0 for done, of, left in lines)


@pytest.mark.skipif(not copies.can_be_made(), reason="workers are threads here")
def test_a_killed_worker_is_one_sentence_and_the_checkpoint_stays(
    train, tmp_path, capsys, monkeypatch
):
    command, _ = train
    killed, ask = [], copies.Copies.ask

    def ask_a_dying_one(self, copy, *work):
        if killed:
            os.kill(self._processes[copy].pid, signal.SIGKILL)
        return ask(self, copy, *work)

    monkeypatch.setattr("attention.training.loop.SECONDS", 0.0)
    monkeypatch.setattr(copies.Copies, "ask", ask_a_dying_one)
    _stopping(monkeypatch, 3, lambda: killed.append(True))
    assert main(command(str(tmp_path / "m.npz"))) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert re.match(r"error: at step \d, a worker process ended before its work did, killed", said)
    assert said.endswith(f"the last good checkpoint is kept in {tmp_path / 'm.training.npz'}")
    assert [path.name for path in tmp_path.glob("m*")] == ["m.training.npz"]


def test_a_private_run_is_not_resumed(tmp_path, capsys):
    command = ["train", "--private", "--resume", "--model", str(tmp_path / "m.npz")]
    assert main(command) == 2
    assert "a private run keeps no checkpoint" in capsys.readouterr().err.lower()


@pytest.mark.parametrize("option", ["--epochs", "--patience", "--embed-dim", "--num-heads"])
def test_a_setting_of_zero_is_one_sentence(option, capsys):
    assert main(["train", option, "0", "--model", "none.npz"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {option[2:].replace('-', '_')} must lie in [1")
