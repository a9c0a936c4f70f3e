"""A resumed run is the same run: another is refused by name, odd files by sentence, bits agree."""

import io
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attention as A
from attention.parallel import copies
from attention.text.__main__ import main
from attention.text.train import TextSettings, load_text_model, train_text
from attention.training import console

TEXT = "the quick brown fox jumps over the lazy dog. " * 20
SMALL = TextSettings(
    block=8, batch=4, layers=1, heads=2, width=8, steps=6, warmup=2, dropout=0.1, workers=1
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "text.npz"
    train_text(TEXT, SMALL, checkpoint=path)
    return path


def _with(**changes: Any) -> TextSettings:
    return TextSettings(**{**vars(SMALL), **changes})


CHANGES: dict[str, Any] = {
    "heads": 1, "batch": 5, "block": 7, "lr": 1e-2, "min_lr": 0.0, "warmup": 3, "seed": 1,
    "dropout": 0.0, "betas": (0.9, 0.95), "weight_decay": 0.0, "max_norm": 2.0,
    "train_share": 0.8, "workers": 2, "width": 16, "layers": 2, "positions": "learned",
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_run_with_another_setting_is_refused_by_its_name(run: Path, name: str) -> None:
    with pytest.raises(A.FileFormatError, match=f"of another run: {name} was .*only steps may"):
        train_text(TEXT, _with(**{name: CHANGES[name]}), checkpoint=run, resume=True)


def test_another_text_of_as_many_characters_is_refused(run: Path) -> None:
    with pytest.raises(A.FileFormatError, match="text was"):
        train_text(TEXT[::-1], SMALL, checkpoint=run, resume=True)


def test_more_steps_are_taken_and_fewer_refused(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "more.npz"
    path.write_bytes(run.read_bytes())
    assert train_text(TEXT, _with(steps=9), checkpoint=path, resume=True)[2].step == 9
    with pytest.raises(ValueError, match="has taken 9 steps already"):
        train_text(TEXT, SMALL, checkpoint=path, resume=True)


def test_what_the_trainer_knows_by_itself_is_compared_too(tmp_path: Path) -> None:
    def trainer(seed: int = 0, momentum: float = 0.0, dropout: float = 0.0) -> A.Trainer:
        model = A.EncoderBlock(4, 2, dropout=dropout, rng=0)
        sgd = A.SGD(model.parameters(), momentum=momentum)
        return A.Trainer(model, sgd, A.ShuffledBatches(8, 4, seed), lambda *_: 0.0, rng=0)

    path = tmp_path / "run.npz"
    trainer().save(path)
    trainer().resume(path)
    for name, other in (
        (r"batches\.seed", trainer(seed=1)),
        (r"optimizer\.momentum", trainer(momentum=0.5)),
        (r"model\.dropout|model\..*\.dropout", trainer(dropout=0.5)),
    ):
        with pytest.raises(A.FileFormatError, match=f"of another run: ({name}) was"):
            other.resume(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": np.array([2, 2])}, "version must have shape"),
        ({"version": np.array(1)}, "of version 1, this is version 2"),
        ({"optimizer/steps": np.array(-1)}, "steps must be 0 or more"),
        ({"optimizer/steps": np.array(3)}, "counts 3 steps, but tells of others"),
        ({"batches/cursor": np.array([1, 0, 10**6])}, "no place in"),
        ({"batches/cursor": np.array([1, 0])}, "cursor must have shape"),
        ({"rng": np.array('{"bit_generator": "Other"}')}, "does not fit this run"),
        ({"rng": np.array("[" * 9999)}, "not valid JSON"),
        ({"epochs": np.array('[{"epoch": 1}]')}, "does not fit this run"),
        ({"run": np.array("[]")}, "run must hold a JSON object"),
        ({"history": np.full((6, 3), np.nan)}, "history holds numbers that are not finite"),
        ({"parameters/more": np.zeros(3)}, "parameters/more belongs to another model"),
        ({"more": np.zeros(3)}, "more too"),
    ],
)
def test_an_odd_checkpoint_is_refused(
    run: Path, tmp_path: Path, change: dict, message: str
) -> None:
    path = tmp_path / "odd.npz"
    A.save_arrays(path, A.load_arrays(run) | change)
    with pytest.raises(A.FileFormatError, match=message):
        train_text(TEXT, SMALL, checkpoint=path, resume=True)


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("[]", "must hold a JSON object"),
        ('{"block": 8}', "settings have other names"),
        (None, "width"),
    ],
)
def test_settings_that_do_not_fit_the_weights_build_no_model(
    run: Path, tmp_path: Path, note: str | None, message: str
) -> None:
    arrays = A.load_arrays(run)
    huge = str(arrays["notes/settings"]).replace('"width": 8', '"width": 8000000')
    path = tmp_path / "odd.npz"
    A.save_arrays(path, arrays | {"notes/settings": np.array(note or huge)})
    with pytest.raises(A.FileFormatError, match=message if note else "must have shape"):
        load_text_model(path)


def test_no_steps_still_write_the_model(tmp_path: Path) -> None:
    made, _, _ = train_text(TEXT, _with(steps=0), checkpoint=tmp_path / "new.npz")
    found = load_text_model(tmp_path / "new.npz")[0]
    for name, array in made.state_dict().items():
        np.testing.assert_array_equal(found.state_dict()[name], array)


@pytest.mark.parametrize("option", ["--block", "--width", "--heads", "--batch", "--layers"])
def test_a_size_of_zero_is_one_sentence(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", option, "0", "--model", "none.npz"]) == 2
    said = capsys.readouterr().err
    assert f"error: {option[2:]} must lie in [1" in said
    assert not Path("none.npz").exists()


@pytest.mark.skipif(not copies.can_be_made(), reason="workers are threads here")
def test_a_killed_worker_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    here, path = os.getpid(), tmp_path / "run.npz"
    model = A.Linear(1, 1, rng=0)

    def compute(rows: np.ndarray, rng: np.random.Generator) -> float:
        if os.getpid() != here and 7 in rows:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0.0

    batches = A.ShuffledBatches(8, 4, seed=1)
    first = next(A.ShuffledBatches(8, 4, seed=1))
    assert 7 not in first
    trainer = A.Trainer(
        model, A.SGD(model.parameters()), batches, compute,
        workers=4, checkpoints=A.Checkpoints(path, every=1),
    )  # fmt: skip
    with pytest.raises(A.WorkerDied, match=r"at step 1, .*signal 9.*the last good.*run.npz"):
        trainer.run(2)
    assert A.read_checkpoint(path)["optimizer"]["steps"] == 1


def test_progress_of_a_resumed_run_counts_from_where_it_began(monkeypatch: Any) -> None:
    now = 0.0
    monkeypatch.setattr("attention.training.progress.time.monotonic", lambda: now)
    stream = io.StringIO()
    progress = A.Progress(1000, stream=stream)
    now = 50.0
    progress.show(901, "loss 1")
    now = 51.0
    progress.show(911, "loss 1")
    first, second = stream.getvalue().splitlines()
    assert first == "901/1000  loss 1"
    assert "10.0 steps/s  0:09 left" in second


class _Full(io.StringIO):
    asked = 0

    def write(self, _: str) -> int:
        self.asked += 1
        raise OSError(28, "No space left on device")


def test_a_stream_that_is_closed_or_full_is_no_error(monkeypatch: Any) -> None:
    closed = io.StringIO()
    closed.close()
    A.Progress(2, stream=closed).show(1, "loss")
    full = _Full()
    progress = A.Progress(2, stream=full)
    progress.show(1, "loss")
    progress.show(2, "loss")
    assert full.asked == 1
    monkeypatch.setattr("sys.stderr", full)
    assert not console.tell("said")
    monkeypatch.setattr("sys.stderr", None)
    assert not console.tell("said")
    A.Progress(2).show(1, "loss")


def test_the_command_that_goes_on_is_named() -> None:
    again = console.command_again("a.b", ["train", "--overwrite", "--model", "my file"])
    assert again == "python -m a.b train --model 'my file' --resume"
