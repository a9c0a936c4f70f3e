"""Starts workers: each a process of its own, with an empty environment and one thread."""

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from grader.exercise import EXERCISES
from grader.sandbox.pipe import Pipe

WORKER = Path(__file__).with_name("worker.py")
NUMPY_HOME = str(Path(np.__file__).parent.parent)
Worker = tuple[subprocess.Popen[bytes], Pipe]
_spare: list[Worker] = []
_NEEDED = (
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),  # on some processors it computes wrongly without
)
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def worker() -> Worker:
    """A worker that has yet to be told what it is to run: a warm one if there is one."""
    return _spare.pop() if _spare else _spawned()


def keep_warm() -> None:
    """Have a worker ready, NumPy imported, for the next file; it has seen no other."""
    if not _spare:
        _spare.append(_spawned())


def start_ahead() -> None:
    """Have one start while we do something else; where none can be, grading says so."""
    with contextlib.suppress(OSError):
        keep_warm()


def _spawned() -> tuple[subprocess.Popen[bytes], Pipe]:
    """A worker that has yet to be told what it is to run."""
    to_worker, from_parent = os.pipe(), os.pipe()
    fds = (to_worker[0], from_parent[1])
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", str(WORKER), *map(str, fds), str(EXERCISES), NUMPY_HOME],
        pass_fds=fds,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=tempfile.gettempdir(),
        env=_environment(),
    )
    for fd in fds:
        os.close(fd)
    return process, Pipe(to_worker[1], from_parent[0])


def _environment() -> dict[str, str]:
    """What a worker needs of the environment; all else, secrets too, stays here."""
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), "LC_ALL": "C.UTF-8"}


@atexit.register
def _end_spare() -> None:
    while _spare:
        process, pipe = _spare.pop()
        process.kill()
        process.wait()
        pipe.close()
