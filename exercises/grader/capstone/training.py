"""Trains the profile model with a student's functions, and records what it feeds each of them."""

import contextlib
import functools
import os
from typing import Any

import numpy as np
from user_profile.model.loss import Loss

from attention.parallel.process import single_threaded_blas
from grader.capstone.purchases import SETTINGS, batch_of, purchases
from grader.capstone.wiring import in_place_of_the_toolkit, model_of

EPOCHS = 2
PEAK, MAX_NORM, WARMUP = 1e-2, 0.5, 2
RECORDED_STEPS, RECORDED_CALLS = 3, 8


def data() -> dict[str, Any]:
    """What a worker needs to train: plain data, made once."""
    return purchases()


def first_step(own: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The loss of the first batch before any step, and the gradient of every parameter."""
    run = _Run(own, given)
    with in_place_of_the_toolkit(own), _one_thread():
        return {"loss": run.loss_and_gradients(0), "gradients": run.gradients()}


def train(own: Any, given: dict[str, Any]) -> dict[str, float]:
    """Train; the mean loss of the first and of the last pass over all customers."""
    run = _Run(own, given)
    with in_place_of_the_toolkit(own), _one_thread():
        losses = [run.step() for _ in range(run.total)]
    by_epoch = np.reshape(losses, (EPOCHS, -1)).mean(axis=1)
    return {"loss of the first pass": by_epoch[0], "loss of the last pass": by_epoch[-1]}


def _one_thread() -> contextlib.AbstractContextManager[Any]:
    """Parent and worker train at once: the worker has one thread, and may not ask for libraries."""
    alone = os.environ.get("OPENBLAS_NUM_THREADS") == "1"
    return contextlib.nullcontext() if alone else single_threaded_blas


class _Run:
    """A model and the student's optimizer, and where they stand."""

    def __init__(self, own: Any, given: dict[str, Any]) -> None:
        self.own, self.done = own, 0
        self.batches = [batch_of(batch, given["season"]) for batch in given["batches"]]
        self.total = EPOCHS * len(self.batches)
        self.loss = Loss(model_of(own, given["sizes"], SETTINGS.seed))
        self._parameters = self.loss.named_parameters()
        self.params = {name: p.data for name, p in self._parameters.items()}
        self.optimizer = own.Adam(self.params, PEAK)

    def loss_and_gradients(self, batch: int) -> float:
        """The loss of a batch; its gradients are in the model afterwards."""
        self.loss.zero_grad()
        value, saved = self.loss.forward(self.batches[batch])
        self.loss.backward(1.0, saved)
        return float(value)

    def gradients(self) -> dict[str, np.ndarray]:
        """A copy of every parameter's gradient."""
        return {name: p.grad.copy() for name, p in self._parameters.items()}

    def step(self) -> float:
        """Learn from the next batch; returns its loss before."""
        value = self.loss_and_gradients(self.done % len(self.batches))
        self.done += 1
        clipped, _ = self.own.clip_by_global_norm(self.gradients(), MAX_NORM)
        rate = self.own.warmup_cosine(self.done, WARMUP, self.total, PEAK)
        before = {name: array.copy() for name, array in self.params.items()}
        self.optimizer.step(clipped)
        # ex12's Adam has one rate for life; its step is proportional to it, so take a part.
        for name, array in self.params.items():
            array[...] = before[name] + rate / PEAK * (array - before[name])
        return value


class _Recorder:
    """``own``, with the arguments of its calls kept."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self.calls: dict[str, list[tuple[Any, ...]]] = {}

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._own, name)
        if name in ("pairs", "Adam"):
            return function

        def heard(*args: Any) -> Any:
            self.calls.setdefault(name, []).append(args)
            return function(*args)

        return heard


@functools.cache
def recorded(own: Any) -> dict[str, Any]:
    """What the model feeds each function in its first steps: name to lists of arguments.

    Of calls on inputs of equal shapes the last is kept: before the first step every gain is 1 and
    every bias 0, and much that is wrong does not show. "params" and "grads" are what Adam is given.
    """
    ears = _Recorder(own)
    run = _Run(ears, data())
    params = {name: array.copy() for name, array in run.params.items()}
    grads = []
    with in_place_of_the_toolkit(ears), _one_thread():
        for _ in range(RECORDED_STEPS):
            run.step()
            grads.append(run.gradients())
    calls = {name: _distinct(made) for name, made in ears.calls.items()}
    return {**calls, "params": params, "grads": grads}


def _distinct(calls: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    by_shape: dict[Any, tuple[Any, ...]] = {}
    for args in calls:
        by_shape[tuple(_shape(arg) for arg in args)] = args
    return list(by_shape.values())[:RECORDED_CALLS]


def _shape(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.shape
    return value if isinstance(value, int) else type(value)
