"""What optimisers share: the flat buffer, decoupled decay, and a state that can be saved."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..layers.parameter import Parameter, ParameterBuffer
from ..layers.shared import shared_zeros
from ..ops.checks import expect_shape, in_range
from ..parallel.workers import Workers


class Optimizer:
    """Owns the parameters' storage: they become views of one flat vector, gradients of another.

    `weight_decay` shrinks data by lr · weight_decay a step, apart from the gradient (Loshchilov &
    Hutter 2019), and spares parameters whose `decay` is False. `lr` may be set between steps.
    """

    decides: tuple[str, ...] = ()  # names of further numbers that do

    def __init__(self, parameters: Iterable[Parameter], lr: float, weight_decay: float) -> None:
        self.lr = in_range("lr", lr, 0, np.inf, "[)")
        self.weight_decay = in_range("weight_decay", weight_decay, 0, np.inf, "[)")
        self.buffer = ParameterBuffer(parameters)
        self.steps = 0
        self.moments: dict[str, np.ndarray] = {}

    @property
    def decided(self) -> dict[str, Any]:
        """What decides its steps, but for the rate: a resumed run must have the same."""
        numbers = {name: getattr(self, name) for name in self.decides}
        return {"kind": type(self).__name__, "weight_decay": self.weight_decay, **numbers}

    def zero_grad(self) -> None:
        self.buffer.zero_grad()

    def step(self, workers: Workers | None = None) -> None:
        """Change the parameters by their gradients; the step count rises once.

        `workers` share the vector out among themselves; the bits do not depend on it. Raises
        RuntimeError if a later optimiser, or `Layer.astype`, has taken the parameters away.
        """
        self.buffer.require_parameters()
        self.steps += 1
        lr = float(self.lr)  # of NumPy's float64 it would make the update float64
        if workers is None:
            self._change(0, self.buffer.data.size, lr, self.steps)
        else:
            parts = workers.parts(self.buffer)
            workers.map(self._change, [(*part, lr, self.steps) for part in parts])

    def _change(self, start: int, end: int, lr: float, steps: int) -> None:
        decaying = min(max(self.buffer.decaying, start), end)
        if self.weight_decay:
            self.buffer.data[start:decaying] *= 1 - lr * self.weight_decay
        self._update(slice(start, end), lr, steps)

    def _update(self, part: slice, lr: float, steps: int) -> None:
        """Change `part` of the vector. A worker knows of lr and steps only what it is told."""
        raise NotImplementedError

    def _moment(self) -> np.ndarray:
        """(N,) of zeros, one number a parameter."""
        return shared_zeros(self.buffer.data.size, self.buffer.data.dtype)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Of a copy, or after unpickling: moments that workers see, as those of `__init__`."""
        vars(self).update(state)
        copied, self.moments = self.moments, {name: self._moment() for name in self.moments}
        for name, moment in self.moments.items():
            moment[...] = copied[name]

    def state_dict(self) -> dict[str, np.ndarray]:
        """The step count, and copies of the moments, each (N,)."""
        moments = {name: moment.copy() for name, moment in self.moments.items()}
        return {"steps": np.array(self.steps), **moments}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a state back; raises ValueError naming what is missing, extra or misshapen."""
        expected = {"steps", *self.moments}
        if set(state) != expected:
            raise ValueError(f"state must hold {sorted(expected)}, got {sorted(state)}")
        for name, moment in self.moments.items():
            expect_shape(name, np.asarray(state[name]), moment.shape, "one number a parameter")
        if int(state["steps"]) < 0:
            raise ValueError(f"steps must be 0 or more, got {int(state['steps'])}")
        self.steps = int(state["steps"])
        for name, moment in self.moments.items():
            moment[...] = state[name]
