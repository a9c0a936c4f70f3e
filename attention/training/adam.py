"""Adam: each parameter moves by its mean gradient, measured in its own recent size.

Kingma & Ba 2015, algorithm 1: eps outside the root, both moments corrected for their start at
zero, the step counted from 1 and once a step for all parameters.
"""

import math
from collections.abc import Iterable

import numpy as np

from ..layers.parameter import Parameter
from ..ops.checks import in_range
from .optimizer import Optimizer

BLOCK = 1 << 15  # elements worked on at a time, so that all five vectors stay in the cache


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  data ← data − lr m̂ / (√v̂ + eps).

    With `weight_decay` it is AdamW: decay is decoupled and spares gains and biases.
    """

    decides = ("betas", "eps")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        beta1, beta2 = (in_range(f"betas[{i}]", beta, 0, 1, "[)") for i, beta in enumerate(betas))
        self.betas, self.eps = (beta1, beta2), in_range("eps", eps, 0, math.inf, "[)")
        self.moments = {"m": self._moment(), "v": self._moment()}

    def _update(self, part: slice, lr: float, steps: int) -> None:
        beta1, beta2 = self.betas
        root_correction2 = math.sqrt(1 - beta2**steps)  # √v̂ = √v / this
        rate = lr * root_correction2 / (1 - beta1**steps)
        eps = self.eps * root_correction2
        data, grad = self.buffer.data[part], self.buffer.grad[part]
        m, v = self.moments["m"][part], self.moments["v"][part]
        scratch = np.empty(min(BLOCK, data.size), data.dtype)
        with np.errstate(under="ignore"):
            for start in range(0, data.size, BLOCK):
                block = slice(start, start + BLOCK)
                g, m_part, v_part = grad[block], m[block], v[block]
                work = scratch[: g.size]
                m_part *= beta1
                m_part += np.multiply(g, 1 - beta1, out=work)
                v_part *= beta2
                np.multiply(g, g, out=work)
                work *= 1 - beta2
                v_part += work
                np.sqrt(v_part, out=work)
                work += eps
                np.divide(m_part, work, out=work)
                work *= rate
                data[block] -= work
