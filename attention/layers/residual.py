"""The residual sublayer that blocks are made of: x + f(norm(x)), or norm(x + f(x)).

The first, pre-norm, leaves a path on which gradients pass untouched (Xiong et al. 2020); the
second, post-norm, is that of Vaswani et al. 2017.
"""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from ..ops.dropout import DropoutSaved, dropout_backward, dropout_forward
from .norms import LayerNorm, RMSNorm

Norm = LayerNorm | RMSNorm
Inner = TypeVar("Inner")  # what f saves
Memory = TypeVar("Memory")  # the gradient of a memory, or None


class ResidualSaved(NamedTuple, Generic[Inner]):
    norm: Any  # FastLayerNormSaved or RMSNormSaved, as `norm` is
    inner: Inner
    dropout: DropoutSaved | None


def residual_forward(
    x: np.ndarray,
    f: Callable[[np.ndarray], tuple[np.ndarray, Inner]],
    norm: Norm,
    norm_first: bool,
    dropout: float,
    rng: Any,
) -> tuple[np.ndarray, ResidualSaved[Inner]]:
    """x (..., E) -> out (..., E)."""
    saved_norm: Any = None
    inner_in = x
    if norm_first:
        inner_in, saved_norm = norm.forward(x)
    inner, saved_inner = f(inner_in)
    saved_dropout = None
    if rng is not None and dropout:
        inner, saved_dropout = dropout_forward(inner, dropout, rng)
    out = np.add(x, inner, out=inner)  # which nobody else holds
    if not norm_first:
        out, saved_norm = norm.forward(out)
    return out, ResidualSaved(saved_norm, saved_inner, saved_dropout)


def residual_backward(
    dout: np.ndarray,
    saved: ResidualSaved[Inner],
    f_backward: Callable[[np.ndarray, Inner], Any],  # -> dz (..., E)
    norm: Norm,
    norm_first: bool,
) -> np.ndarray:
    """dout (..., E) -> dx (..., E)."""

    def alone(dinner: np.ndarray, saved_inner: Inner) -> tuple[np.ndarray, None]:
        return f_backward(dinner, saved_inner), None

    return residual_backward_with_memory(dout, saved, alone, norm, norm_first)[0]


def residual_backward_with_memory(
    dout: np.ndarray,
    saved: ResidualSaved[Inner],
    f_backward: Callable[[np.ndarray, Inner], tuple[np.ndarray, Memory]],
    norm: Norm,
    norm_first: bool,
) -> tuple[np.ndarray, Memory]:
    """As residual_backward, for an f that looks at a memory too: dout -> dx, dmemory."""
    if not norm_first:
        dout = norm.backward(dout, saved.norm)
    dinner = dout if saved.dropout is None else dropout_backward(dout, saved.dropout)
    dinner_in, dmemory = f_backward(dinner, saved.inner)
    if norm_first:
        dinner_in = norm.backward(dinner_in, saved.norm)
    return np.add(dout, dinner_in, out=dinner_in), dmemory
