"""What optimisers share: the flat buffer, decoupled decay, and a state that can be saved."""

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ..layers.parameter import Parameter, ParameterBuffer
from ..ops._checks import expect_shape, in_range
from .workers import Workers


class Optimizer:
    """Owns the parameters' storage: they become views of one flat vector, gradients of another.

    `weight_decay` shrinks data by lr · weight_decay a step, apart from the gradient (Loshchilov &
    Hutter 2019), and spares parameters whose `decay` is False. `lr` may be set between steps.
    """

    def __init__(self, parameters: Iterable[Parameter], lr: float, weight_decay: float) -> None:
        in_range("lr", lr, 0, np.inf, "[)")
        in_range("weight_decay", weight_decay, 0, np.inf, "[)")
        self.buffer = ParameterBuffer(parameters)
        self.lr, self.weight_decay = lr, weight_decay
        self.steps = 0
        self.moments: dict[str, np.ndarray] = {}

    def zero_grad(self) -> None:
        self.buffer.zero_grad()

    def step(self, workers: Workers | None = None) -> None:
        """Change the parameters by their gradients; the step count rises once.

        `workers` share the vector out among themselves; the bits do not depend on it.
        """
        self.steps += 1
        size = self.buffer.data.size
        if workers is None:
            self._change(0, size)
        else:
            ends = np.linspace(0, size, workers.count + 1).astype(int)
            workers.run([partial(self._change, *part) for part in pairwise(ends)])

    def _change(self, start: int, end: int) -> None:
        decaying = min(max(self.buffer.decaying, start), end)
        if self.weight_decay:
            self.buffer.data[start:decaying] *= 1 - self.lr * self.weight_decay
        self._update(slice(start, end))

    def _update(self, part: slice) -> None:
        """Change `part` of the vector; parts may be changed at once, on several threads."""
        raise NotImplementedError

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
        self.steps = int(state["steps"])
        for name, moment in self.moments.items():
            moment[...] = state[name]
