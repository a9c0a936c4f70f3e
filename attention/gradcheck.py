"""check_gradients: proves that a backward is the derivative of its forward.

A random upstream gradient dout makes one number of the output, L = Σ dout · out; every input and
parameter is nudged, element by element, and the change of L compared with what backward returned.
All-ones upstream would not do: under it the normalisers cancel, and wrong passes look right.
"""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from .layers.layer import Layer

__all__ = ["GradientError", "GradientReport", "check_gradients"]

Pair = tuple[Callable[..., Any], Callable[..., Any]]

TOLERANCE = {"central": 1e-7, "complex": 1e-12}
COMPLEX_STEP = 1e-30
KINK = 1e-3  # slopes to both sides differ by more only at a kink; relative, as errors are


class GradientError(AssertionError):
    """A backward disagrees with its forward; the message names the input and the element."""


class GradientReport(NamedTuple):
    errors: dict[str, float]  # of each input and parameter, relative to its largest gradient

    @property
    def worst(self) -> float:
        return max(self.errors.values(), default=0.0)


def check_gradients(
    target: Pair | Layer,
    inputs: Sequence[Any],
    *,
    options: Mapping[str, Any] | None = None,
    method: Literal["central", "complex"] = "central",
    tolerance: float | None = None,
    step: float = 1e-4,
    samples: int | None = None,
    rng: Any = 0,
) -> GradientReport:
    """Compare backward with numerical derivatives, in float64, for every input and parameter.

    `target` is a pair (forward, backward) or a layer; floating `inputs` are differentiated, others
    passed on, as are the keyword `options`. method="central" takes central differences of fourth
    order with `step`; "complex" takes Im f(x + ih)/h, exact to rounding (Squire & Trapp 1998),
    where forward can be computed on complex numbers. `samples` checks that many random elements of
    each array. An error is relative to the largest gradient of its array, or to 0.01 if larger.
    Raises GradientError where an error exceeds `tolerance` (1e-7; 1e-12 for "complex"), and says
    so where forward has a kink, as ReLU at 0, which proves nothing against backward; TypeError
    for inputs or parameters that are not float64.
    """
    # A stream of its own: inputs drawn with the same seed would equal dout, and hide faults.
    rng = np.random.default_rng(rng).spawn(1)[0]
    options = dict(options or {})
    tolerance = TOLERANCE[method] if tolerance is None else tolerance
    if isinstance(target, Layer):
        layer = copy.deepcopy(target)
        forward, backward = layer.forward, layer.backward
        parameters = layer.named_parameters()
    else:
        (forward, backward), parameters, layer = target, {}, None
    values = [x.copy() if isinstance(x, np.ndarray) else x for x in inputs]
    named = _differentiable(forward, values)
    _require_float64({**named, **{name: p.data for name, p in parameters.items()}})

    for p in parameters.values():
        p.grad[...] = 0
    out, saved = forward(*values, **options)
    dout = rng.normal(size=np.shape(out))
    returned = backward(dout.copy() if dout.ndim else np.float64(dout), saved)
    analytic = _name_gradients(named, returned)
    analytic.update({name: p.grad.copy() for name, p in parameters.items()})
    _require_unchanged(named, values, inputs)

    if method == "complex":
        values = [x.astype(complex) if _is_float(x) else x for x in values]
        if layer is not None:
            layer.astype(complex)
        named = _differentiable(forward, values)

    def loss() -> Any:
        return np.sum(dout * forward(*values, **options)[0])

    errors = {}
    for name, array in {**named, **{name: p.data for name, p in parameters.items()}}.items():
        indices = list(np.ndindex(array.shape))
        if samples is not None and len(indices) > samples:
            indices = [indices[i] for i in rng.choice(len(indices), samples, replace=False)]
        numeric = [_derivative(loss, array, index, method, step) for index in indices]

        def sides(index: tuple[int, ...], array: np.ndarray = array) -> tuple[float, float]:
            return _one_sided(loss, array, index, step)

        kinks = sides if method == "central" else None
        errors[name] = _compare(name, analytic[name], indices, numeric, tolerance, kinks)
    return GradientReport(errors)


def _derivative(
    loss: Callable[[], Any], array: np.ndarray, index: tuple[int, ...], method: str, step: float
) -> float:
    """dL / d array[index]; the array is nudged in place and put back."""
    value = array[index]
    if method == "complex":
        array[index] = value + 1j * COMPLEX_STEP
        slope = loss().imag / COMPLEX_STEP
    else:
        h = step * max(1.0, abs(value))
        at = {}
        for nudge in (-2, -1, 1, 2):
            array[index] = value + nudge * h
            at[nudge] = loss()
        slope = (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * h)
    array[index] = value
    return float(slope)


def _one_sided(
    loss: Callable[[], Any], array: np.ndarray, index: tuple[int, ...], step: float
) -> tuple[float, float]:
    """The slopes to the left and to the right, which differ at a kink and nowhere else."""
    value = array[index]
    h = step * max(1.0, abs(value))
    at = {}
    for nudge in (-2, -1, 0, 1, 2):
        array[index] = value + nudge * h
        at[nudge] = float(loss())
    array[index] = value
    left = (3 * at[0] - 4 * at[-1] + at[-2]) / (2 * h)
    return left, (4 * at[1] - 3 * at[0] - at[2]) / (2 * h)


def _compare(
    name: str,
    analytic: np.ndarray,
    indices: list[tuple[int, ...]],
    numeric: list[float],
    tolerance: float,
    sides: Callable[[tuple[int, ...]], tuple[float, float]] | None,
) -> float:
    """The worst error; `sides` gives the slopes to both sides of an element, where differences do.

    Raises GradientError if it is above the tolerance.
    """
    if not indices:
        return 0.0
    got = np.array([analytic[index] for index in indices])
    want = np.array(numeric)
    scale = max(np.abs(analytic).max(), np.abs(want).max(), 0.01)
    error = np.abs(got - want) / scale
    worst = int(np.argmax(np.where(np.isnan(error), np.inf, error)))
    if not error[worst] <= tolerance:
        left, right = (0.0, 0.0) if sides is None else sides(indices[worst])
        low, high = min(left, right) - KINK * scale, max(left, right) + KINK * scale
        if abs(right - left) > KINK * scale and low <= got[worst] <= high:
            raise GradientError(
                f"forward has a kink at {name}{list(indices[worst])}, or within a step of it: its "
                f"slope is {left:.3g} to the left and {right:.3g} to the right, so differences "
                f"cannot judge the {got[worst]:.3g} by backward; move the input away from the "
                f"kink, or take a smaller step"
            )
        raise GradientError(
            f"gradient of {name}{list(indices[worst])} is {got[worst]:.8g} by backward and "
            f"{want[worst]:.8g} by differences: relative error {error[worst]:.1e}, "
            f"allowed {tolerance:.0e}"
        )
    return float(error[worst])


def _is_float(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.floating) and x.dtype.kind in "fc"


def _differentiable(forward: Callable[..., Any], values: list[Any]) -> dict[str, np.ndarray]:
    """Names of the floating inputs, as in forward's signature, to the arrays."""
    names: list[str] = []
    for name, parameter in inspect.signature(forward).parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{name}[{i}]" for i in range(len(values) - len(names))]
        elif parameter.kind is not parameter.VAR_KEYWORD:
            names.append(name)
    return {name: x for name, x in zip(names, values, strict=False) if _is_float(x)}


def _name_gradients(named: dict[str, np.ndarray], returned: Any) -> dict[str, np.ndarray]:
    gradients = returned if isinstance(returned, tuple) else (returned,)
    gradients = tuple(g for g in gradients if g is not None)
    if len(gradients) != len(named):
        raise GradientError(
            f"backward returned {len(gradients)} gradients for the {len(named)} floating inputs "
            f"{', '.join(named)}; one each was expected"
        )
    for (name, x), gradient in zip(named.items(), gradients, strict=True):
        if np.shape(gradient) != x.shape:
            raise GradientError(
                f"gradient of {name} has shape {np.shape(gradient)}, expected {x.shape}"
            )
    return dict(zip(named, map(np.asarray, gradients), strict=True))


def _require_float64(arrays: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise TypeError(
                f"{name} must be float64 for differences to mean anything, got {array.dtype}; "
                f"use .astype(np.float64), which layers have too"
            )


def _require_unchanged(
    named: dict[str, np.ndarray], values: list[Any], inputs: Sequence[Any]
) -> None:
    for value, original in zip(values, inputs, strict=True):
        if isinstance(value, np.ndarray) and not np.array_equal(
            value, original, equal_nan=value.dtype.kind in "fc"
        ):
            name = next((n for n, x in named.items() if x is value), "an input")
            raise GradientError(f"{name} was changed in place; a pass must leave its inputs alone")
