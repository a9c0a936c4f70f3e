"""The loop: batch, loss, gradients, clip, step; saved so that it can be stopped at any moment."""

import json
import math
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from ..files import FileFormatError, load_arrays, save_arrays
from ..layers.layer import Layer
from ..parallel.workers import Workers
from .batching import ShuffledBatches
from .clipping import clip_grad_norm
from .optimizer import Optimizer

CHECKPOINT_VERSION = 1


class Interrupted(Exception):
    """Ctrl-C came; the checkpoint, if there is one, is written."""


class NonFiniteLoss(FloatingPointError):
    """The loss or a gradient is not finite; the last checkpoint is left as it was."""


class Trainer:
    """Runs `compute(batch, rng) -> loss`, which adds up gradients, and steps the optimiser.

    A checkpoint holds parameters, moments, step, generator state and data cursor: a run that was
    killed and resumed ends with the same bits as one that was not.
    """

    def __init__(
        self,
        model: Layer,
        optimizer: Optimizer,
        batches: ShuffledBatches,
        compute: "Callable[[np.ndarray, np.random.Generator], float]",  # read, it loads np.random
        *,
        schedule: Callable[[int], float] | None = None,
        max_norm: float | None = 1.0,
        workers: int | None = 1,
        rng: Any = 0,
        checkpoint: str | Path | None = None,
        checkpoint_every: int = 500,
        notes: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        """`schedule(step)` gives the rate, steps from 0; `notes` are arrays kept in checkpoints.

        `workers` cut a batch into as many shards, each given to `compute` by a worker of its own
        (see `Workers.map`) with a generator of its own; the loss must be a mean over the batch.
        None: one a core. The same number gives the same bits.
        """
        self.model, self.optimizer, self.batches, self.compute = model, optimizer, batches, compute
        self.schedule, self.max_norm = schedule, max_norm
        self.workers = Workers(workers)
        self.rng = np.random.default_rng(rng)
        self.checkpoint = None if checkpoint is None else Path(checkpoint)
        self.checkpoint_every = checkpoint_every
        self.notes = dict(notes or {})
        self.step = 0
        self.history: list[
            tuple[float, float, float]
        ] = []  # loss, rate, gradient norm of each step

    def run(self, steps: int, on_step: Callable[["Trainer"], None] | None = None) -> None:
        """Go on until `steps` steps are done in all; save on the way and at the end.

        Raises Interrupted on Ctrl-C, after the step under way, and NonFiniteLoss.
        """
        with _CtrlC() as ctrl_c, self.workers:
            while self.step < steps:
                self._one_step()
                if on_step is not None:
                    on_step(self)
                done = self.step >= steps
                if self.checkpoint and (
                    done or ctrl_c.pressed or self.step % self.checkpoint_every == 0
                ):
                    self.save(self.checkpoint)
                if ctrl_c.pressed and not done:
                    raise Interrupted(self._how_to_go_on())

    def _one_step(self) -> None:
        if self.schedule is not None:
            self.optimizer.lr = self.schedule(self.step)
        self.optimizer.zero_grad()
        loss = self._add_gradients(next(self.batches))
        if not math.isfinite(loss):
            raise NonFiniteLoss(self._what_is_left(f"the loss is {loss}"))
        try:
            norm = clip_grad_norm(self.optimizer.buffer, self.max_norm or math.inf)
        except FloatingPointError as error:
            raise NonFiniteLoss(self._what_is_left(str(error))) from error
        self.optimizer.step(self.workers)
        self.step += 1
        self.history.append((loss, self.optimizer.lr, norm))

    def _add_gradients(self, batch: np.ndarray) -> float:
        count = min(self.workers.count, len(batch))
        if count < 2:
            return float(self.compute(batch, self.rng))
        shards = np.array_split(batch, count)
        seeds = self.rng.integers(1 << 63, size=count)
        tasks = [
            (shard, np.random.default_rng(seed)) for shard, seed in zip(shards, seeds, strict=True)
        ]
        shares = [len(shard) / len(batch) for shard in shards]
        return self.workers.add_gradients(self.optimizer.buffer, self.compute, tasks, shares)

    def save(self, path: str | Path) -> None:
        arrays = {f"parameters/{name}": a for name, a in self.model.state_dict().items()}
        arrays |= {f"optimizer/{name}": a for name, a in self.optimizer.state_dict().items()}
        arrays |= {f"batches/{name}": a for name, a in self.batches.state_dict().items()}
        arrays |= {f"notes/{name}": a for name, a in self.notes.items()}
        arrays["version"] = np.array(CHECKPOINT_VERSION)
        arrays["step"] = np.array(self.step)
        arrays["rng"] = np.array(json.dumps(self.rng.bit_generator.state))
        arrays["history"] = np.array(self.history).reshape(-1, 3)
        save_arrays(path, arrays)

    def resume(self, path: str | Path) -> None:
        """Take up a run where a checkpoint left it; raises FileFormatError if it does not fit."""
        sections = read_checkpoint(path)
        try:
            self.model.load_state_dict(sections["parameters"])
            self.optimizer.load_state_dict(sections["optimizer"])
        except ValueError as error:
            raise FileFormatError(f"{path} was written by another model: {error}") from error
        self.batches.load_state_dict(sections["batches"])
        top = sections[""]
        self.step = int(top["step"])
        self.rng.bit_generator.state = json.loads(str(top["rng"]))
        self.history = [tuple(row) for row in top["history"].tolist()]

    def _how_to_go_on(self) -> str:
        if self.checkpoint is None:
            return f"stopped after step {self.step}; nothing was saved, for no checkpoint was named"
        return (
            f"stopped after step {self.step} and saved to {self.checkpoint}; resume goes on there"
        )

    def _what_is_left(self, fault: str) -> str:
        kept = (
            f"the last good checkpoint is kept in {self.checkpoint}"
            if self.checkpoint is not None and self.checkpoint.exists()
            else "there is no checkpoint yet"
        )
        return f"at step {self.step}, {fault}; {kept}; try a lower learning rate"


def read_checkpoint(path: str | Path) -> dict[str, dict[str, np.ndarray]]:
    """Sections of a checkpoint: "parameters", "optimizer", "batches", "notes", and "" for the rest.

    Raises FileNotFoundError, or FileFormatError for another version, another file, a damaged one.
    """
    sections: dict[str, dict[str, np.ndarray]] = {
        name: {} for name in ("parameters", "optimizer", "batches", "notes", "")
    }
    for name, array in load_arrays(path).items():
        section, _, rest = name.rpartition("/")
        sections.setdefault(section, {})[rest] = array
    top = sections[""]
    if not {"version", "step", "rng", "history"} <= set(top):
        raise FileFormatError(f"{path} is not a training checkpoint; name a file that train wrote")
    if int(top["version"]) != CHECKPOINT_VERSION:
        raise FileFormatError(
            f"{path} is a checkpoint of version {top['version']}, this is version "
            f"{CHECKPOINT_VERSION}; train again, or use the release that wrote it"
        )
    return sections


class _CtrlC:
    """While it stands, the first Ctrl-C only sets `pressed`, so that no step is cut in half."""

    pressed = False

    def __enter__(self) -> "_CtrlC":
        self._own = threading.current_thread() is threading.main_thread()
        if self._own:
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
