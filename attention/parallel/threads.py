"""Threads as workers, where the process cannot be copied: the same calls as `copies.Copies`."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from .outcomes import Outcome, outcome


class Threads:
    """`count` threads; they know any function."""

    def __init__(self, count: int, functions: Sequence[Callable[..., Any]]) -> None:
        self.functions = list(functions)
        self._pool = ThreadPoolExecutor(count)
        self._begun: dict[int, Future[list[Outcome]]] = {}

    def ask(
        self, thread: int, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> None:
        self._begun[thread] = self._pool.submit(lambda: [outcome(function, a) for a in arguments])

    def answer(self, thread: int) -> list[Outcome]:
        return self._begun.pop(thread).result()

    def close(self) -> None:
        self._pool.shutdown()
