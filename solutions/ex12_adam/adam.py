"""ex12, reference: the Adam optimizer."""

import numpy as np


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1) over a dict of named arrays, changed in place."""

    def __init__(
        self,
        params: dict[str, np.ndarray],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.steps = 0
        self.m = {name: np.zeros_like(value) for name, value in params.items()}
        self.v = {name: np.zeros_like(value) for name, value in params.items()}

    def step(self, grads: dict[str, np.ndarray]) -> None:
        """Take one step with a gradient for every parameter."""
        self.steps += 1  # once a step, not once a parameter
        beta1, beta2 = self.betas
        first = 1 - beta1**self.steps
        second = 1 - beta2**self.steps
        for name, value in self.params.items():
            m, v, g = self.m[name], self.v[name], grads[name]
            m += (1 - beta1) * (g - m)
            v += (1 - beta2) * (g * g - v)
            value -= self.lr * (m / first) / (np.sqrt(v / second) + self.eps)
