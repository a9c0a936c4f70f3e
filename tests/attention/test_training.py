"""Optimisers, clipping, schedules, batches, and training that survives being killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attention as A


def test_every_epoch_meets_every_index_once_and_the_cursor_finds_its_place() -> None:
    batches = A.ShuffledBatches(10, 4, seed=3)
    first = np.concatenate([next(batches) for _ in range(3)])
    assert sorted(first) == list(range(10))
    second = np.concatenate([next(batches) for _ in range(3)])
    assert sorted(second) == list(range(10))
    assert list(second) != list(first)
    next(batches)
    other = A.ShuffledBatches(10, 4)
    other.load_state_dict(batches.state_dict())
    for _ in range(5):
        np.testing.assert_array_equal(next(batches), next(other))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 50), max_size=40), st.integers(1, 120), st.integers(0, 9))
def test_batches_by_length_hold_everything_and_keep_their_bound(
    lengths: list[int], max_tokens: int, seed: int
) -> None:
    batches = A.batches_by_length(lengths, max_tokens, seed)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or len(batch) * longest <= max_tokens


class _Line(A.Layer):
    """Fits y = 3x + 1: a model small enough to be killed often."""

    def __init__(self) -> None:
        self.linear = A.Linear(1, 1, rng=0, dtype=np.float64)


def _trainer(checkpoint: Path | None, every: int = 500) -> A.Trainer:
    model = _Line()
    x = np.linspace(-1, 1, 40)[:, None]

    def compute(batch: np.ndarray, rng: np.random.Generator) -> float:
        noise = rng.normal(0, 0.01, (len(batch), 1))
        out, saved = model.linear.forward(x[batch])
        error = out - (3 * x[batch] + 1 + noise)
        model.linear.backward(2 * error / len(batch), saved)
        return float((error**2).mean())

    optimizer = A.Adam(model.parameters(), lr=0.05)
    batches = A.ShuffledBatches(40, 8)
    return A.Trainer(
        model, optimizer, batches, compute, checkpoints=A.Checkpoints(checkpoint, every)
    )


def test_training_fits_the_line() -> None:
    trainer = _trainer(None)
    trainer.run(400)
    np.testing.assert_allclose(trainer.model.linear.weight.data, 3, atol=0.05)  # type: ignore[attr-defined]
    assert len(trainer.history) == trainer.step == 400


def test_a_resumed_run_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole = _trainer(None)
    whole.run(60)
    first = _trainer(tmp_path / "run.npz")
    first.run(23)
    second = _trainer(tmp_path / "run.npz")
    second.resume(tmp_path / "run.npz")
    second.run(60)
    for name, array in whole.model.state_dict().items():
        assert second.model.state_dict()[name].tobytes() == array.tobytes()
    assert second.history == whole.history


def test_a_loss_that_is_not_finite_stops_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    trainer = _trainer(path, every=5)
    compute = trainer.compute
    trainer.compute = lambda b, r: compute(b, r) if trainer.step < 7 else float("nan")
    with pytest.raises(
        A.NonFiniteLoss, match=r"at step 7, the loss is nan; the last good.*run.npz"
    ):
        trainer.run(20)
    fresh = _trainer(path)
    fresh.resume(path)
    assert fresh.step == 5


def test_ctrl_c_saves_after_the_step_and_says_how_to_go_on(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    path = tmp_path / "run.npz"
    trainer = _trainer(path)

    def interrupt(t: A.Trainer) -> None:
        if t.step == 4:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(A.Interrupted, match=r"stopped after step 4 and saved to .*run.npz"):
        trainer.run(20, interrupt)
    fresh = _trainer(path)
    fresh.resume(path)
    assert fresh.step == 4
    assert signal.getsignal(signal.SIGINT) is before


KILLED_RUN = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from tests.attention.test_training import _trainer
path = Path({path!r})
trainer = _trainer(path, every=1)
if path.exists():
    trainer.resume(path)
print("go", flush=True)
trainer.run({steps})
print("done", flush=True)
"""


def _kill_and_resume(path: Path, steps: int, kills: int) -> None:
    """Start the run again and again, killing it at random moments, until it ends by itself."""
    script = KILLED_RUN.format(tests=str(Path(__file__).parents[2]), path=str(path), steps=steps)
    rng = np.random.default_rng(0)
    for attempt in range(kills + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "go\n"
        if attempt < kills:
            time.sleep(rng.uniform(0, 0.05))
            process.kill()
        rest = process.communicate(timeout=120)[0]
        if attempt == kills:
            assert rest == "done\n"
        elif path.exists():
            A.read_checkpoint(path)  # whole at every moment


def _same_as_uninterrupted(path: Path, steps: int) -> None:
    whole = _trainer(None)
    whole.run(steps)
    killed = _trainer(None)
    killed.resume(path)
    assert killed.step == steps
    for name, array in whole.model.state_dict().items():
        assert killed.model.state_dict()[name].tobytes() == array.tobytes()


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_checkpoint_and_goes_on(tmp_path: Path) -> None:
    _kill_and_resume(tmp_path / "run.npz", steps=40, kills=2)
    _same_as_uninterrupted(tmp_path / "run.npz", 40)


@pytest.mark.slow
def test_killed_many_times_during_writes_too(tmp_path: Path) -> None:
    _kill_and_resume(tmp_path / "run.npz", steps=300, kills=30)
    _same_as_uninterrupted(tmp_path / "run.npz", 300)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_crash_during_the_write_leaves_the_old_file(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arrays.npz"
    A.save_arrays(path, {"a": np.zeros(3)})

    def crash(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, moment, crash)
    with pytest.raises(OSError, match="no space"):
        A.save_arrays(path, {"a": np.ones(3)})
    np.testing.assert_array_equal(A.load_arrays(path)["a"], np.zeros(3))
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_and_foreign_files_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    trainer = _trainer(path)
    trainer.run(3)
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:size])
        with pytest.raises(A.FileFormatError, match="cut short"):
            A.read_checkpoint(path)
    A.save_arrays(path, {"a": np.zeros(3)})
    with pytest.raises(A.FileFormatError, match="not a training checkpoint"):
        A.read_checkpoint(path)
    path.write_bytes(whole)
    arrays = A.load_arrays(path)
    A.save_arrays(path, arrays | {"version": np.array(99)})
    with pytest.raises(A.FileFormatError, match="version 99"):
        A.read_checkpoint(path)
    del arrays["parameters/linear.bias"]
    A.save_arrays(path, arrays)
    with pytest.raises(
        A.FileFormatError, match=r"not a checkpoint of this run: .*linear.bias is missing"
    ):
        trainer.resume(path)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        A.read_checkpoint(tmp_path / "nothing.npz")
