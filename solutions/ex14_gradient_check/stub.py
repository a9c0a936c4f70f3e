"""Exercise ex14: numerical gradients, and the hunt for wrong backward passes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-6
) -> np.ndarray:
    """The gradient of the scalar function f at x by central differences, in float64.

    x has any shape; f takes an array of that shape. Returns an array of x's shape.
    """
    raise NotImplementedError


def find_wrong(passes: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]]) -> list[str]:
    """The names of the pairs whose backward is not the gradient of their forward.

    passes: name to (forward, backward), with out, saved = forward(x) and
    dx = backward(dout, saved); x is any (3, 4) array, out has any shape, dout has out's shape.
    """
    raise NotImplementedError
