"""Two cores on one batch: each worker has a copy of the model and takes a share of the rows.

Gradients are added in the order of the workers, not of their finishing, so that a seed gives the
same bits on every run. BLAS must not split its products over the same cores: `one_blas_thread`.
"""

import copy
import ctypes
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import numpy as np

from attention.layers import Layer, ParameterBuffer


class Replicas:
    """``buffer`` holds the model's own parameters; the others follow it before each step."""

    def __init__(self, model: Layer, buffer: ParameterBuffer, workers: int) -> None:
        self._models = [model, *(copy.deepcopy(model) for _ in range(workers - 1))]
        self._buffers = [buffer, *(ParameterBuffer(m.parameters()) for m in self._models[1:])]
        self._pool = ThreadPoolExecutor(workers)

    def add_gradients(
        self, compute: Callable[[Any, Any], float], shares: Sequence[Any]
    ) -> list[float]:
        """compute(model, share) of each share, at most one a worker; gradients add up in one."""
        own, *others = self._buffers
        for other in others[: len(shares) - 1]:
            other.data[:] = own.data
            other.zero_grad()
        results = list(self._pool.map(compute, self._models, shares))
        for other in others[: len(shares) - 1]:
            own.grad += other.grad
        return results

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


class one_blas_thread:
    """While it stands, NumPy's OpenBLAS computes a product on one core, if it can be told."""

    def __enter__(self) -> Self:
        self._library = _openblas()
        if self._library is not None:
            get, put = self._library
            self._before = get()
            put(1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._library is not None:
            self._library[1](self._before)


def _openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """The functions that get and set the number of threads, of the library in NumPy's wheel."""
    folder = Path(np.__file__).parent
    for path in [*folder.parent.glob("numpy.libs/*openblas*"), *folder.glob(".dylibs/*openblas*")]:
        library = ctypes.CDLL(str(path))
        for suffix in ("64_", ""):
            name = f"scipy_openblas_%s_num_threads{suffix}"
            if hasattr(library, name % "set"):
                return getattr(library, name % "get"), getattr(library, name % "set")
    return None
