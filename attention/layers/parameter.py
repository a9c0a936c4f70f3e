"""A parameter and its gradient, and the one flat buffer in which an optimiser keeps all of them."""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..ops.checks import expect_shape, floats
from .shared import shared_zeros

_adding = threading.Lock()


class _Here(threading.local):
    """Where this thread adds its gradients, by the parameter's id; empty: to the parameter."""

    def __init__(self) -> None:
        self.gradients: dict[int, np.ndarray] = {}
        self.untouched: set[int] = set()  # of these: what stands there is of an earlier step


_here = _Here()


class Parameter:
    """An array that is learned, `data`, and the gradient that adds up beside it, `grad`.

    Both keep their storage for life, since an optimiser may hold a view of it: write into them,
    `p.data[...] = value`; binding another array raises AttributeError.
    """

    def __init__(self, data: np.ndarray, decay: bool | None = None) -> None:
        """`decay`: may weight decay shrink it? Defaults to matrices yes, gains and biases no."""
        (data,) = floats(data=data)
        self._data = data
        self._grad = np.zeros(data.shape, data.dtype)  # takes no memory before it is written
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
        """grad[where] += gradient, whole even when several threads add at once.

        Within a `ShardGradients`, into that shard's own gradients.
        """
        shard = _here.gradients.get(id(self))
        if shard is None:
            with _adding:
                self._grad[where] += gradient
        elif id(self) not in _here.untouched:
            shard[where] += gradient
        else:
            _here.untouched.remove(id(self))
            if where is not ...:
                shard[...] = 0
            shard[where] = gradient

    def claim_gradient(self) -> np.ndarray | None:
        """A shard's gradient, of which the caller now writes every element; None: accumulate.

        Only the first to add to it may claim it, since what stands there is of an earlier step.
        """
        if id(self) not in _here.untouched:
            return None
        _here.untouched.remove(id(self))
        return _here.gradients[id(self)]

    def move_to(self, data: np.ndarray, grad: np.ndarray) -> None:
        """Carry both arrays, cast if need be, into other storage, and live there from now on."""
        expect_shape("data", data, self.shape, "that of the parameter")
        expect_shape("grad", grad, self.shape, "that of the parameter")
        data[...], grad[...] = self._data, self._grad
        self._data, self._grad = data, grad

    @staticmethod
    def _refuse_rebinding(name: str, bound: np.ndarray, value: np.ndarray) -> None:
        if value is not bound:  # `p.grad += g` assigns the same array back, and may
            raise AttributeError(f"{name} cannot be bound anew; write p.{name}[...] = value")

    def __repr__(self) -> str:
        return f"Parameter({self.shape}, {self._data.dtype})"


class ParameterBuffer:
    """All parameters side by side in one vector, their gradients in another.

    `data` and `grad` have shape (N,), those that decay first: `data[:decaying]`. The parameters
    become views of them, until another buffer takes them: this one then refuses to be used. A
    parameter that stands in the list twice is taken once. The vectors are in shared memory, so that
    several processes may learn together. A copy, or one unpickled, has its own, for the parameters
    that were copied along.
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
        self._shards: list[ShardGradients] = []
        self.decaying = sum(p.data.size for p in self.parameters if p.decay)
        dtype = dtypes.pop()
        self.data, self.grad = shared_zeros(size, dtype), shared_zeros(size, dtype)
        for p, data, grad in zip(
            self.parameters, self._parts(self.data), self._parts(self.grad), strict=True
        ):
            p.move_to(data, grad)
        self._views = [p.data for p in self.parameters]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.parameters,)

    def require_parameters(self) -> None:
        """Raises RuntimeError if any parameter lives elsewhere by now."""
        moved = sum(p.data is not view for p, view in zip(self.parameters, self._views))
        if moved:
            raise RuntimeError(
                f"{moved} of {len(self.parameters)} parameters have moved out of this optimizer's "
                f"storage, by a later optimizer or by astype, so it would train nothing; make one "
                f"optimizer, after astype, and use that"
            )

    def zero_grad(self) -> None:
        self.require_parameters()
        self.grad[:] = 0

    def shard_gradients(self, count: int) -> list["ShardGradients"]:
        """`count` further vectors of gradients, one a shard; the same ones at each call."""
        while len(self._shards) < count:
            grad = shared_zeros(self.data.size, self.data.dtype)
            parts = zip(self.parameters, self._parts(grad), strict=True)
            self._shards.append(ShardGradients(grad, {id(p): part for p, part in parts}))
        return self._shards[:count]

    def _parts(self, vector: np.ndarray) -> Iterator[np.ndarray]:
        """Views of (N,) in the shapes of the parameters."""
        end = 0
        for p in self.parameters:
            start, end = end, end + p.data.size
            yield vector[start:end].reshape(p.shape)


class ShardGradients:
    """A context, for one thread: gradients, from zero, add up here and not in the parameters."""

    def __init__(self, grad: np.ndarray, parts: dict[int, np.ndarray]) -> None:
        self.grad = grad  # (N,)
        self._parts = parts

    def __enter__(self) -> "ShardGradients":
        _here.gradients, _here.untouched = self._parts, set(self._parts)
        return self

    def __exit__(self, *_: object) -> None:
        for left in _here.untouched:
            self._parts[left][...] = 0
        _here.gradients, _here.untouched = {}, set()
