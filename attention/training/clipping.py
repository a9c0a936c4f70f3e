"""Gradient clipping by the global norm. Pascanu, Mikolov & Bengio 2013."""

import math
from collections.abc import Iterable

import numpy as np

from ..layers.parameter import Parameter, ParameterBuffer
from ..ops.checks import in_range


def clip_grad_norm(parameters: Iterable[Parameter] | ParameterBuffer, max_norm: float) -> float:
    """Scale all gradients, in place, so that their common norm is at most `max_norm`.

    An optimiser's `buffer` is quicker than its parameters one by one. Returns the norm before
    clipping. Raises FloatingPointError if it is not finite; the gradients are then left as they
    are, and no step should be taken on them.
    """
    max_norm = in_range("max_norm", max_norm, 0, math.inf)
    if isinstance(parameters, ParameterBuffer):
        gradients = [parameters.grad]
    else:
        gradients = [p.grad for p in {id(p): p for p in parameters}.values()]
    norm = math.sqrt(math.fsum(_sum_of_squares(gradient) for gradient in gradients))
    if not math.isfinite(norm):
        raise FloatingPointError(
            f"the gradient norm is {norm}; lower the learning rate, or look for the parameter "
            f"whose gradient is not finite"
        )
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return norm


def _sum_of_squares(x: np.ndarray) -> float:
    """In float64, since squares of float32 may overflow."""
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        fast = float(np.vdot(x, x).real)
        return fast if 1e-30 < fast < 1e30 else float(np.square(x, dtype=np.float64).sum())
