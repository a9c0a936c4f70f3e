"""Runs one of our own modules (the reference, a mistake, a style) in this process."""

from hashlib import sha256
from typing import Any

from grader.sandbox import execute, wire
from grader.sandbox.execute import Outcome, Request


class InProcess:
    """A module of ours (the reference, a mistake, a style) run in this process.

    It answers equal requests from memory: an audit asks the same of it many times.
    """

    source = ""
    sources: dict[str, tuple[str, str]] = {}  # noqa: RUF012 - nothing of ours is shown
    stubs: dict[str, tuple[int, int]] = {}  # noqa: RUF012 - ours have none

    def __init__(self, module: Any, tests: Any = None) -> None:
        self.module, self.tests = module, tests
        self._memory: dict[bytes, Outcome] = {}

    def begin(self, request: Request) -> None:
        """Nothing to begin: there is one process."""

    def run(self, request: Request) -> Outcome:
        """Run one request; the answer passes through the encoding, as a student's does."""
        key = sha256(wire.encode(request._asdict())).digest()
        if key not in self._memory:
            outcome = execute.run(self.module, request, self.tests)
            try:
                outputs = wire.decode(wire.encode(outcome.outputs))
                self._memory[key] = outcome._replace(outputs=outputs)
            except wire.Unsendable as reason:
                self._memory[key] = outcome._replace(outputs=[], refused=str(reason))
        return self._memory[key]

    def close(self) -> None:
        """Nothing to end."""
