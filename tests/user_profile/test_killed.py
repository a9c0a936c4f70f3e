"""Killed -9 at any moment and resumed, each trainer ends with the bits of a run that was not."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attention.training import loop, read_checkpoint
from tests.user_profile.runs import RUNS

ROOT = Path(__file__).parents[2]


class _Killed(BaseException):
    pass


def _stopped_at(path: Path, run: Callable, saves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start a run that ends when its checkpoint has been written so many times, as if killed."""
    written, save = 0, loop.Trainer.save

    def save_and_die(trainer: loop.Trainer, path: Path) -> None:
        nonlocal written
        save(trainer, path)
        written += 1
        if written == saves:
            raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(loop, "SECONDS", 0.0)
        patch.setattr(loop.Trainer, "save", save_and_die)
        with pytest.raises(_Killed):
            run(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_resumed_within_and_between_epochs_the_bits_are_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, path = RUNS[name], tmp_path / "run.npz"
    whole = run(None)
    for saves in (2, 3, 7):
        _stopped_at(path, run, saves, monkeypatch)
    assert read_checkpoint(path)["optimizer"]["steps"] == 12
    assert run(path) == whole


def _kill(name: str, path: Path, seconds: float) -> bool:
    """Start the program and kill it after so long; was it too late?"""
    search = os.pathsep.join([str(ROOT), str(ROOT / "profile")])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.user_profile.runs", name, str(path)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": search},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    time.sleep(seconds)
    process.kill()
    return "done" in process.communicate(timeout=60)[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["profiles", "sequences"])
def test_killed_once(name: str, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    _kill(name, path, 0.4)
    assert RUNS[name](path) == RUNS[name](None)


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_killed_thirty_times(name: str, tmp_path: Path) -> None:
    path, whole = tmp_path / "run.npz", RUNS[name](None)
    rng, kills = np.random.default_rng(0), 0
    while kills < 30:
        if _kill(name, path, rng.uniform(0, 0.6)):
            assert RUNS[name](path) == whole
            path.unlink()
        kills += 1
        if path.exists():
            read_checkpoint(path)  # whole at every moment
    assert RUNS[name](path) == whole
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
