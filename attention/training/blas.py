"""How many threads numpy's matrix products may use, set while the program runs.

Threads of ours, one a core, and threads of OpenBLAS, one a core for each product, would fight. So
while shards run, OpenBLAS is held to one thread. No environment variable is needed. Where no
OpenBLAS is found (Accelerate, MKL), nothing is changed.
"""

import ctypes
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

_NAMES = [
    f"{prefix}openblas_{{}}_num_threads{suffix}"
    for prefix in ("scipy_", "")
    for suffix in ("64_", "", "_64_", "64")
]
_lock = threading.Lock()
_holders = 0
_before: list[int] = []


class Library(NamedTuple):
    get: Callable[[], int]
    set: Callable[[int], None]


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """While it stands, every OpenBLAS in this process uses one thread; then as many as before.

    It may stand several times at once, in several threads: the last to leave restores.
    """
    global _holders
    with _lock:
        _holders += 1
        if _holders == 1:
            _before[:] = [library.get() for library in _libraries()]
            for library in _libraries():
                library.set(1)
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0:
                for library, threads in zip(_libraries(), _before, strict=True):
                    library.set(threads)


def blas_threads() -> list[int]:
    """Threads of each OpenBLAS that was found."""
    return [library.get() for library in _libraries()]


@functools.cache
def _libraries() -> tuple[Library, ...]:
    found = []
    for path in sorted(_paths()):
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for name in _NAMES:
            get = getattr(library, name.format("get"), None)
            set_ = getattr(library, name.format("set"), None)
            if get is not None and set_ is not None:
                get.restype, set_.argtypes = ctypes.c_int, [ctypes.c_int]
                found.append(Library(get, set_))
                break
    return tuple(found)


def _paths() -> set[str]:
    """Files of OpenBLAS that numpy brought along, or that the process has loaded."""
    root = Path(np.__file__).parent
    folders = root.parent / "numpy.libs", root / ".dylibs"
    paths = {str(path) for folder in folders for path in folder.glob("*openblas*")}
    maps = Path("/proc/self/maps")
    if maps.exists():
        lines = maps.read_text(errors="replace").splitlines()
        paths |= {line.split()[-1] for line in lines if "openblas" in line.lower()}
    return paths
