"""The loop: steps and epochs, callbacks, the best epoch, checkpoints, going on after a stop."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..files import FileFormatError, fingerprint
from ..layers.layer import Layer
from ..parallel.outcomes import WorkerDied
from ..parallel.ranks import world
from ..parallel.workers import Workers
from .batching import Batches
from .best import Average, Best, Stopping
from .checkpoint import Checkpoint, Checkpoints, Stateful, described, save_checkpoint
from .interrupt import CtrlC, Interrupted
from .optimizer import Optimizer
from .step import NonFiniteLoss, training_step

SECONDS = 60.0  # at most between two checkpoints, but for the step under way


class EpochEnd(NamedTuple):
    """What is known after an epoch."""

    epoch: int  # counted from 1
    steps: int  # of this epoch
    loss: float  # mean over the epoch's steps, by the weights of their batches
    validation: float  # what `judge` said; nan without one
    seconds: float  # of this epoch, without judging
    spent: float  # seconds since the run began, those of earlier sittings too


class Trainer:
    """Runs `compute(*shard) -> loss`, which adds up gradients, and steps the optimiser.

    A checkpoint holds parameters, moments, step, generator state, data cursor and the best epoch:
    a run that was killed and resumed ends with the same bits as one that was not.
    """

    def __init__(
        self,
        model: Layer,
        optimizer: Optimizer,
        batches: Batches,
        compute: Callable[..., float],
        *,
        schedule: Callable[[int], float] | None = None,
        max_norm: float | None = 1.0,
        workers: int | None = 1,
        rng: Any = 0,
        stopping: Stopping | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        """`schedule(step)` gives the rate, steps from 1: see `schedules`.

        A batch is cut by `batches.shards` for `workers` (None: one a core), the same number of
        which gives the same bits; ranks (`parallel.ranks`) share them out.
        Shards of `ShuffledBatches` are (indices, generator).
        """
        stopping, checkpoints = stopping or Stopping(), checkpoints or Checkpoints()
        self.model, self.optimizer, self.batches, self.compute = model, optimizer, batches, compute
        self.schedule, self.max_norm = schedule, max_norm
        self.ranks = world()
        self.workers = Workers(workers, self.ranks)
        self.rng = np.random.default_rng(rng)
        self.judge = stopping.judge
        self.stop = stopping.stop
        average = stopping.average
        data = optimizer.buffer.data
        self.average = None if average is None else Average(data, average)
        self.best = None if self.judge is None else Best(data, stopping.patience)
        self.checkpoints = checkpoints
        self.checkpoint = None if checkpoints.path is None else Path(checkpoints.path)
        self.step = 0
        self.history: list[tuple[float, float, float]] = []  # loss, rate, norm of each step
        self.epochs: list[EpochEnd] = []
        self._met: list[tuple[float, float]] = []  # loss and weight of each step of this epoch
        self._epoch_begin, self._before, self._begin = 0.0, 0.0, time.monotonic()
        self._parts: dict[str, Stateful] = {
            "parameters": model, "optimizer": optimizer, "batches": batches, **checkpoints.parts,
        }  # fmt: skip
        self._parts |= {} if self.average is None else {"average": self.average}
        self._parts |= {} if self.best is None else {"best": self.best}
        self.run_of = {
            **described(model, "model"),
            **{f"optimizer.{name}": value for name, value in optimizer.decided.items()},
            **{f"batches.{name}": value for name, value in batches.decided.items()},
            "rate": "scheduled" if schedule else float(optimizer.lr),
            "max_norm": max_norm,
            "workers": self.workers.count,
            "average": average,
            "trainer.generator": fingerprint(json.dumps(self.rng.bit_generator.state)),
            **checkpoints.run,
        }

    @property
    def spent(self) -> float:
        """Seconds of training, those of earlier sittings too."""
        return self._before + time.monotonic() - self._begin

    def run(
        self,
        steps: float = math.inf,
        on_step: Callable[["Trainer"], None] | None = None,
        *,
        epochs: float = math.inf,
        on_epoch: Callable[[EpochEnd], None] | None = None,
    ) -> None:
        """Go on until so many steps or epochs are done in all, `stop` says so, or patience ends.

        Raises Interrupted on Ctrl-C, after the step under way; NonFiniteLoss; WorkerDied.
        """
        self._before, self._begin = self.spent, time.monotonic()
        self.ranks.compare(self.run_of)
        saved_at, saved_step = time.monotonic(), -1
        every = self.checkpoints.every or math.inf
        with CtrlC() as ctrl_c, self.workers:
            while not self._is_over(steps, epochs):
                self._one_step()
                if on_step is not None:
                    on_step(self)
                ended = self.batches.left == 0 or self._is_told_to_stop()
                if ended:
                    self._end_epoch(on_epoch)
                due = ended or self.step % every == 0 or time.monotonic() - saved_at >= SECONDS
                pressed = self.ranks.any(ctrl_c.pressed)
                if self.checkpoint and (due or pressed):
                    self.save(self.checkpoint)
                    saved_at, saved_step = time.monotonic(), self.step
                if pressed and not self._is_over(steps, epochs):
                    raise Interrupted(self._how_it_stopped(), self.checkpoint)
            if self.checkpoint and saved_step != self.step:
                self.save(self.checkpoint)
        if self.best is not None:
            self.optimizer.buffer.data[:] = self.best.weights

    def save(self, path: str | Path) -> None:
        growing = {
            "history": np.array(self.history, float).reshape(-1, 3),
            "epoch": np.array(self._met, float).reshape(-1, 2),
            "clock": np.array([[self.spent, self._epoch_begin]]),
        }
        texts = {
            "run": self.run_of,
            "rng": self.rng.bit_generator.state,
            "epochs": [end._asdict() for end in self.epochs],
        }
        save_checkpoint(path, self._parts, growing, texts, self.checkpoints.notes)

    def resume(self, path: str | Path) -> None:
        """Take up a run where a checkpoint left it.

        Raises FileNotFoundError, or FileFormatError if it is damaged or of another run.
        """
        checkpoint = Checkpoint(path)
        checkpoint.expect_run(self.run_of, self.checkpoints.may_change)
        columns = {"history": 3, "epoch": 2, "clock": 2}
        growing, texts = checkpoint.restore(self._parts, columns, ("rng", "epochs"))
        try:
            self.rng.bit_generator.state = texts["rng"]
            self.epochs = [EpochEnd(**end) for end in texts["epochs"]]
            ((self._before, self._epoch_begin),) = growing["clock"].tolist()
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise FileFormatError(f"{path} does not fit this run: {error}") from error
        self.history = [tuple(row) for row in growing["history"].tolist()]
        self._met = [tuple(row) for row in growing["epoch"].tolist()]
        self.step, self._begin = self.optimizer.steps, time.monotonic()
        if len(self.history) != self.step or len(self._met) > self.step:
            raise FileFormatError(f"{path} counts {self.step} steps, but tells of others")

    def _is_over(self, steps: float, epochs: float) -> bool:
        between = not self._met  # an epoch that has begun is ended
        final = self.best is not None and self.best.is_final
        late = bool(self.epochs) and self._is_told_to_stop()
        return self.step >= steps or (between and (len(self.epochs) >= epochs or final or late))

    def _is_told_to_stop(self) -> bool:
        return self.stop is not None and bool(self.ranks.agree(self.stop()))

    def _one_step(self) -> None:
        batch = next(self.batches)
        shards, shares = self.batches.shards(batch, self.workers.count, self.rng)
        rate = None if self.schedule is None else self.ranks.agree(self.schedule(self.step + 1))
        try:
            done = training_step(
                self.optimizer,
                self.compute,
                shards,
                workers=self.workers,
                rate=rate,
                max_norm=self.max_norm,
                shares=shares,
            )
        except NonFiniteLoss as error:
            fault = f"at step {self.step}, {error}; {self._what_is_left()}"
            raise NonFiniteLoss(f"{fault}; try a lower learning rate") from error
        except WorkerDied as error:
            raise WorkerDied(f"at step {self.step}, {error}; {self._what_is_left()}") from None
        self.step += 1
        self.history.append((done.loss, done.rate, done.norm))
        self._met.append((done.loss, self.batches.weight(batch)))
        if self.average is not None:
            self.average.add(self.optimizer.buffer.data, self.step, self.batches.count)

    def _end_epoch(self, on_epoch: Callable[[EpochEnd], None] | None) -> None:
        losses, weights = np.array(self._met).T
        seconds, validation = self.spent - self._epoch_begin, math.nan
        if self.judge is not None and self.best is not None:
            data = self.optimizer.buffer.data
            latest = data.copy()
            if self.average is not None:
                data[:] = self.average.weights
            validation = self.ranks.agree(self.judge())
            self.best.judge(validation, data)
            data[:] = latest
        loss = float(np.average(losses, weights=weights))
        number = len(self.epochs) + 1
        end = EpochEnd(number, len(losses), loss, validation, seconds, self.spent)
        self.epochs.append(end)
        self._met, self._epoch_begin = [], self.spent
        if on_epoch is not None:
            on_epoch(end)

    def _how_it_stopped(self) -> str:
        if self.checkpoint is None:
            return f"stopped after step {self.step}; nothing was saved, for no checkpoint was named"
        return f"stopped after step {self.step} and saved to {self.checkpoint}"

    def _what_is_left(self) -> str:
        if self.checkpoint is not None and self.checkpoint.exists():
            return f"the last good checkpoint is kept in {self.checkpoint}"
        return "there is no checkpoint yet"
