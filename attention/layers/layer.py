"""What every layer can do: name its parameters, save them, take them back, change their dtype."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import numpy as np

from .parameter import Parameter


class Layer:
    """The base of all layers; attributes may be parameters, layers, or lists and dicts of them."""

    def forward(self, *inputs: Any, **options: Any) -> tuple[Any, Any]:
        """inputs -> out, saved: exactly what backward needs."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, dout: Any, saved: Any) -> Any:
        """dout -> gradients of forward's inputs; those of parameters add up in `.grad`."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")

    def named_parameters(self) -> dict[str, Parameter]:
        """Dotted names to parameters, in order of definition; a shared one under its first name.

        Raises ValueError if two have one name, TypeError if some stand in a set.
        """
        named: dict[str, Parameter] = {}
        seen: set[int] = set()
        for name, parameter in self._walk(""):
            if id(parameter) in seen:
                continue
            if name in named:
                raise ValueError(f"two parameters of {type(self).__name__} are called {name}")
            seen.add(id(parameter))
            named[name] = parameter
        return named

    def parameters(self) -> list[Parameter]:
        return list(self.named_parameters().values())

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter.grad[...] = 0

    def state_dict(self) -> dict[str, np.ndarray]:
        """Dotted names to copies of the arrays."""
        return {name: p.data.copy() for name, p in self.named_parameters().items()}

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Take arrays back; raises ValueError naming what is missing, extra or misshapen.

        Nothing is changed unless everything fits.
        """
        parameters = self.named_parameters()
        faults = [f"{name} is missing" for name in parameters if name not in state]
        extra = (name for name in state if name not in parameters)
        faults += [f"{name} is not a parameter of this layer" for name in extra]
        for name, parameter in parameters.items():
            if name in state and np.shape(state[name]) != parameter.shape:
                faults.append(f"{name} must be {parameter.shape}, got {np.shape(state[name])}")
        if faults:
            raise ValueError(f"state does not fit {type(self).__name__}: " + "; ".join(faults))
        for name, parameter in parameters.items():
            parameter.data[...] = state[name]

    def astype(self, dtype: Any) -> Self:
        """Change all parameters to `dtype`, in place, and return the layer.

        An optimiser must be made afterwards: one that has them already will refuse to step.
        """
        for p in self.parameters():
            if p.data.dtype != np.dtype(dtype):
                p.move_to(np.empty(p.shape, dtype), np.empty(p.shape, dtype))
        return self

    def _walk(self, prefix: str) -> Iterator[tuple[str, Parameter]]:
        for name, value in vars(self).items():
            yield from _parameters_in(value, prefix + name)


def _parameters_in(value: Any, name: str) -> Iterator[tuple[str, Parameter]]:
    """What is learned of an attribute."""
    if isinstance(value, Parameter):
        yield name, value
    elif isinstance(value, Layer):
        yield from value._walk(f"{name}.")
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from _parameters_in(part, f"{name}.{i}")
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _parameters_in(part, f"{name}.{key}")
    elif isinstance(value, set | frozenset) and any(
        isinstance(part, Parameter | Layer) for part in value
    ):
        raise TypeError(f"{name} is a set, whose parts have no order; keep them in a list")
