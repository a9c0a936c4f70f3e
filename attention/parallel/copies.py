"""Copies of this process that wait for work, for cores that threads cannot keep busy.

Threads of one interpreter hand its lock to each other around every array operation, which for
small arrays takes longer than the operation. Forked copies share no lock. They know what stood in
memory when they were made, and see arrays of `shared_zeros` as they are now.
"""

import contextlib
import multiprocessing
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

from .outcomes import Outcome, WorkerDied, outcome


def can_be_made() -> bool:
    """Where forking is sound: on Linux, with no other thread, in a process that may fork."""
    alone = threading.active_count() == 1
    return sys.platform == "linux" and alone and not multiprocessing.current_process().daemon


class Copies:
    """`count` processes that know `functions`. They end with the process that made them."""

    def __init__(self, count: int, functions: Sequence[Callable[..., Any]]) -> None:
        fork = multiprocessing.get_context("fork")
        self.functions = list(functions)
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        for place in range(count):
            mine, theirs = fork.Pipe()
            self._pipes.append(mine)
            process = fork.Process(target=self._serve, args=(place, theirs), daemon=True)
            process.start()
            self._processes.append(process)
            theirs.close()

    def ask(
        self, copy: int, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> None:
        """Let a copy begin with function(*a) for each of `arguments`."""
        with contextlib.suppress(ConnectionError):  # that it has died, `answer` will say
            self._pipes[copy].send((self.functions.index(function), arguments))

    def answer(self, copy: int) -> list[Outcome]:
        """What came of all that it was asked last. Raises WorkerDied if it has ended."""
        try:
            return self._pipes[copy].recv()
        except (EOFError, ConnectionError):
            self._processes[copy].join()
            code = self._processes[copy].exitcode
            how = f"killed by signal {-code}" if code and code < 0 else f"with exit code {code}"
            raise WorkerDied(
                f"a worker process ended before its work did, {how}, as happens when memory runs "
                f"out; take fewer workers or smaller batches"
            ) from None

    def close(self) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join()

    def _serve(self, place: int, requests: Connection) -> None:
        _draw_otherwise(place)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
        for pipe in self._pipes:
            pipe.close()  # or this copy would keep the pipes of those before it open
        try:
            while True:
                which, arguments = requests.recv()
                outcomes = [outcome(self.functions[which], a) for a in arguments]
                try:
                    requests.send(outcomes)
                except (pickle.PicklingError, TypeError, AttributeError) as error:
                    lost = TypeError(f"a worker's result cannot be sent to another: {error}")
                    requests.send([(None, lost)] * len(outcomes))
        except (EOFError, ConnectionError):
            return  # nobody asks any more


def _draw_otherwise(place: int) -> None:
    """Give this copy global random numbers of its own, as Python's `random` does by itself.

    They follow from the state of the process that made it.
    """
    if "numpy.random" in sys.modules:  # nothing here draws from them, but a user's code may
        words = np.random.randint(1 << 32, size=4, dtype=np.uint64)  # noqa: NPY002
        np.random.seed([place, *words.tolist()])  # noqa: NPY002
