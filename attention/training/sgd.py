"""Stochastic gradient descent with momentum, the plainest of optimisers."""

from collections.abc import Iterable

from ..layers.parameter import Parameter
from ..ops.checks import in_range
from .optimizer import Optimizer


class SGD(Optimizer):
    """velocity ← momentum · velocity + g,  data ← data − lr · velocity, as torch.optim.SGD.

    With `nesterov`, data ← data − lr (g + momentum · velocity). Decay is decoupled.
    """

    decides = ("momentum", "nesterov")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum, self.nesterov = in_range("momentum", momentum, 0, 1, "[)"), nesterov
        self.moments = {"velocity": self._moment()}

    def _update(self, part: slice, lr: float, steps: int) -> None:
        velocity, grad = self.moments["velocity"][part], self.buffer.grad[part]
        velocity *= self.momentum
        velocity += grad
        move = grad + self.momentum * velocity if self.nesterov else velocity
        self.buffer.data[part] -= lr * move
