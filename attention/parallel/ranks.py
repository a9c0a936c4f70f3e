"""Ranks: processes of one or more machines, started by `mpiexec`, that train as one.

    mpiexec -n 2 python -m attention.text train

Each rank holds the whole model and takes its part of a step's shards; one all-reduce on the vector
of gradients brings them together, and every rank takes the same step. Rank 0 alone prints and
writes. Needs mpi4py: pip install 'attention-from-scratch[scale]'.
"""

import json
import os
import platform
import socket
import sys
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..files.writing import write_nothing

_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE", "MV2_COMM_WORLD_SIZE")  # of launchers
_HEARD = 0.5  # seconds in which the launcher reads what was said: at an abort it drops the rest
_PATIENCE = 2.0  # seconds in which rank 0 may say of all what a rank would say of itself


class Ranks:
    """`size` processes; `communicator` None is this one alone, and every call is then free."""

    def __init__(self, communicator: Any = None) -> None:
        self.communicator = communicator
        self.rank = 0 if communicator is None else int(communicator.Get_rank())
        self.size = 1 if communicator is None else int(communicator.Get_size())
        self.exact = False  # the bits of one process with as many workers

    def agree(self, value: Any, root: int = 0) -> Any:
        """What rank `root` says, for clocks and machines may differ."""
        return value if self.size == 1 else self.communicator.bcast(value, root)

    def any(self, value: bool) -> bool:
        return value if self.size == 1 else any(self.communicator.allgather(value))

    def gather(self, values: list[Any]) -> list[Any]:
        """Those of all ranks, on all of them."""
        if self.size == 1:
            return values
        return [value for part in self.communicator.allgather(values) for value in part]

    def merge(self, values: np.ndarray) -> np.ndarray:
        """Of values that each rank knows some of, NaN elsewhere: all, on all ranks."""
        if self.size == 1:
            return values
        return np.fmax.reduce(self.communicator.allgather(values))

    def sum(self, vector: np.ndarray) -> None:
        """Σ over the ranks into each one's `vector`, in place, in the library's own order."""
        if self.size > 1:
            from mpi4py import MPI

            _require_one_piece(vector)
            self.communicator.Allreduce(MPI.IN_PLACE, vector)

    def send(self, vector: np.ndarray, root: int) -> None:
        """The vector of rank `root` to all, in place."""
        if self.size > 1:
            _require_one_piece(vector)
            self.communicator.Bcast(vector, root)

    def cores(self) -> int:
        """Cores of all machines that the ranks may use, each counted once."""
        allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
        mine = [(socket.gethostname(), core) for core in allowed or range(os.cpu_count() or 1)]
        if self.size == 1:
            return len(mine)
        return len({core for part in self.communicator.allgather(mine) for core in part})

    def compare(self, run: Mapping[str, Any]) -> None:
        """Raises ValueError, on all ranks, for the first field of a run that is not everywhere."""
        if self.size == 1:
            return
        ours = {"python": platform.python_version(), "numpy": np.__version__, **run}
        runs = self.communicator.allgather(json.dumps(ours, sort_keys=True))
        first = json.loads(runs[0])
        for rank, text in enumerate(runs):
            other = json.loads(text)
            for name in sorted({*first, *other}):
                if first.get(name) != other.get(name):
                    raise ValueError(
                        f"rank {rank} differs from rank 0: {name} is {other.get(name)!r} there and "
                        f"{first.get(name)!r} here; give all ranks the same versions, data and "
                        f"settings"
                    )

    def abort(self, code: int) -> None:
        """End the run on all ranks at once; nothing, for one alone."""
        if self.size > 1:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
            time.sleep(_HEARD)
            self.communicator.Abort(code)

    def crash(self, *fault: Any) -> None:
        """What nobody has caught ends all ranks, as it would end one process."""
        sys.__excepthook__(*fault)
        self.abort(1)

    def who(self) -> str:
        """Before what a rank says of itself: nothing for rank 0, which speaks for all.

        Others wait a little: of a fault that all have, rank 0 has then said it and ended them.
        """
        if self.rank == 0:
            return ""
        time.sleep(_PATIENCE)
        return f"rank {self.rank} on {socket.gethostname()}: "


ALONE = Ranks()
_world: Ranks | None = None


def begin(exact: bool | None) -> Ranks:
    """All ranks, as a command begins; None: one that several processes would each do whole.

    Raises ValueError for such a command under mpiexec, and as `world`.
    """
    ranks = world(exact)
    if exact is None and ranks.size > 1:
        raise ValueError(
            f"training alone is shared out among ranks, this command would be done {ranks.size} "
            "times; start it without mpiexec"
        )
    return ranks


def world(exact: bool | None = None) -> Ranks:
    """All ranks of this run, `ALONE` if it was not started by mpiexec.

    Raises ValueError under mpiexec where mpi4py is not installed.
    """
    global _world
    if _world is None:
        _world = _start()
    if exact is not None:
        _world.exact = exact
    return _world


def _start() -> Ranks:
    if max(int(os.environ.get(name) or 1) for name in _SIZES) < 2:
        return ALONE
    try:
        from mpi4py import MPI
    except ImportError as error:
        raise ValueError(
            "this was started by mpiexec and needs mpi4py: pip install "
            f"'attention-from-scratch[scale]' ({error})"
        ) from None
    ranks = Ranks(MPI.COMM_WORLD)
    if ranks.size < 2:
        raise ValueError(
            "mpiexec started several processes, but mpi4py sees one: they are of different MPI "
            "libraries; use the mpiexec of the one that mpi4py was installed with"
        )
    sys.excepthook = ranks.crash
    if ranks.rank:
        write_nothing()
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (until the process ends)
    return ranks


def _require_one_piece(vector: np.ndarray) -> None:
    if not vector.flags.c_contiguous:
        raise ValueError(f"ranks exchange vectors of one piece, not of strides {vector.strides}")
