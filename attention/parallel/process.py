"""What the whole process does differently while training runs: two settings, then put back.

Threads. Workers, one a core, and the threads of OpenBLAS, one a core for each product, would fight:
while workers stand, OpenBLAS is held to one. Memory. A step frees what the next one takes; the C
library hands large arrays back to the system at once, and every page must then be fetched and
zeroed again, up to a quarter of a step: while training runs, freed memory is kept.

No environment variable is needed. Where there is no OpenBLAS or no glibc, nothing is changed.
"""

import ctypes
import functools
import platform
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

_NAMES = [
    f"{prefix}openblas_{{}}_num_threads{suffix}"
    for prefix in ("scipy_", "")
    for suffix in ("64_", "", "_64_", "64")
]
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # numbers of mallopt, malloc.h
_PLENTY = 1 << 30  # bytes


class Held:
    """A context that may stand several times at once: the first to enter sets, the last undoes."""

    def __init__(self, set_: Callable[[], object], undo: Callable[[], object]) -> None:
        self._set, self._undo = set_, undo
        self._holders, self._lock = 0, threading.Lock()

    def __enter__(self) -> "Held":
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._set()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                self._undo()


class _Library(NamedTuple):
    get: Callable[[], int]
    set: Callable[[int], None]


_threads_before: list[int] = []


def blas_threads() -> list[int]:
    """Threads of each OpenBLAS that was found."""
    return [library.get() for library in _libraries()]


def _hold_blas() -> None:
    _threads_before[:] = blas_threads()
    for library in _libraries():
        library.set(1)


def _release_blas() -> None:
    for library, threads in zip(_libraries(), _threads_before, strict=True):
        library.set(threads)


@functools.cache
def _libraries() -> tuple[_Library, ...]:
    found = []
    for path in sorted(_openblas_files()):
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for name in _NAMES:
            get = getattr(library, name.format("get"), None)
            set_ = getattr(library, name.format("set"), None)
            if get is not None and set_ is not None:
                get.restype, set_.argtypes = ctypes.c_int, [ctypes.c_int]
                found.append(_Library(get, set_))
                break
    return tuple(found)


def _openblas_files() -> set[str]:
    """Those that numpy brought along, and those that the process has loaded."""
    root = Path(np.__file__).parent
    folders = root.parent / "numpy.libs", root / ".dylibs"
    files = {str(path) for folder in folders for path in folder.glob("*openblas*")}
    maps = Path("/proc/self/maps")
    if maps.exists():
        lines = maps.read_text(errors="replace").splitlines()
        files |= {line.split()[-1] for line in lines if "openblas" in line.lower()}
    return files


def _keep_memory() -> None:
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_MMAP_THRESHOLD, _PLENTY)
        libc.mallopt(_TRIM_THRESHOLD, _PLENTY)
        libc.mallopt(_ARENA_MAX, 1)  # threads of one heap, since further ones are cut at 64 MB


def _give_memory_back() -> None:
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_MMAP_THRESHOLD, 1 << 17)  # the defaults of glibc
        libc.mallopt(_TRIM_THRESHOLD, 1 << 17)
        libc.mallopt(_ARENA_MAX, 0)
        libc.malloc_trim(0)


@functools.cache
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None


single_threaded_blas = Held(_hold_blas, _release_blas)
kept_memory = Held(_keep_memory, _give_memory_back)
