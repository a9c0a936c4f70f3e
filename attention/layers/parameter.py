"""A parameter and its gradient, and the one flat buffer in which an optimiser keeps all of them."""

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..ops._checks import expect_shape, floats

_adding = threading.Lock()


class Parameter:
    """An array that is learned, `data`, and the gradient that adds up beside it, `grad`.

    Both keep their storage for life, since an optimiser may hold a view of it: write into them,
    `p.data[...] = value`; binding another array raises AttributeError.
    """

    def __init__(self, data: np.ndarray, decay: bool | None = None) -> None:
        """`decay`: may weight decay shrink it? Defaults to matrices yes, gains and biases no."""
        (data,) = floats(data=data)
        self._data = data
        self._grad = np.zeros_like(data)
        self.decay = data.ndim >= 2 if decay is None else decay

    @property
    def data(self) -> np.ndarray:
        return self._data

    @data.setter
    def data(self, value: np.ndarray) -> None:
        self._refuse_rebinding("data", self._data, value)

    @property
    def grad(self) -> np.ndarray:
        return self._grad

    @grad.setter
    def grad(self, value: np.ndarray) -> None:
        self._refuse_rebinding("grad", self._grad, value)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape

    def accumulate(self, gradient: np.ndarray, where: Any = ...) -> None:
        """grad[where] += gradient, whole even when several threads add at once."""
        with _adding:
            self._grad[where] += gradient

    def move_to(self, data: np.ndarray, grad: np.ndarray) -> None:
        """Carry both arrays, cast if need be, into other storage, and live there from now on."""
        expect_shape("data", data, self.shape, "that of the parameter")
        expect_shape("grad", grad, self.shape, "that of the parameter")
        data[...], grad[...] = self._data, self._grad
        self._data, self._grad = data, grad

    @staticmethod
    def _refuse_rebinding(name: str, own: np.ndarray, value: np.ndarray) -> None:
        if value is not own:  # `p.grad += g` assigns the same array back, and may
            raise AttributeError(f"{name} cannot be bound anew; write p.{name}[...] = value")

    def __repr__(self) -> str:
        return f"Parameter({self.shape}, {self._data.dtype})"


class ParameterBuffer:
    """All parameters side by side in one vector, their gradients in another.

    `data` and `grad` have shape (N,), those that decay first: `data[:decaying]`. The parameters
    become views of them. A parameter that stands in the list twice is taken once.
    Raises ValueError if the parameters are none or of several dtypes.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        unique = list({id(p): p for p in parameters}.values())
        self.parameters = sorted(unique, key=lambda p: not p.decay)
        dtypes = {p.data.dtype for p in self.parameters}
        if len(dtypes) != 1:
            raise ValueError(
                f"parameters must be one or more of one dtype, got {sorted(map(str, dtypes))}"
            )
        size = sum(p.data.size for p in self.parameters)
        self.decaying = sum(p.data.size for p in self.parameters if p.decay)
        self.data = np.empty(size, dtypes.pop())
        self.grad = np.empty_like(self.data)
        end = 0
        for p in self.parameters:
            start, end = end, end + p.data.size
            p.move_to(self.data[start:end].reshape(p.shape), self.grad[start:end].reshape(p.shape))

    def zero_grad(self) -> None:
        self.grad[:] = 0
