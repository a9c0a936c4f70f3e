"""Runs an answer in this very process, where no other can be started: a browser's Python."""

import contextlib
import io
import sys
from typing import Any

from grader.sandbox import execute, wire
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.receive import read_outcome, start_complaint
from grader.sandbox.runner import NOT_AN_ANSWER, Sandboxed, Unusable
from grader.sandbox.setup import setup_of
from grader.sandbox.spawn import keep_warm

PROMISES_LESS = (
    "Graded in this process, since no other could be started. The rules are read as usual, but "
    "nothing stops code that never ends, none of its files are out of reach, and what it does to "
    "NumPy stays done: a verdict to learn by, not to be marked by."
)


def processes() -> bool:
    """Whether a worker can be started; if so, one stands ready."""
    if sys.platform in ("emscripten", "wasi"):
        return False
    try:
        keep_warm()
    except (OSError, ValueError, NotImplementedError):
        return False
    return True


class Unfenced(Sandboxed):
    """A file read by the same rules, and run here."""

    _module: Any = None

    def begin(self, request: Request) -> None:
        """Nothing to begin: there is one process."""

    def run(self, request: Request) -> Outcome:
        """Run one request. Raises Unusable if the file cannot be run at all."""
        if self._unusable is not None:
            raise self._unusable
        paths = [str(self.path), *(str(other.path) for other, _ in self.parts)]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if self._module is None:
                self._module = self._loaded(paths)
            outcome = execute.run(self._module, request, self.exercise.tests, paths, wire.encode)
        if outcome.error is not None and outcome.error["type"] == "KeyboardInterrupt":
            raise KeyboardInterrupt
        answer = {**outcome._asdict(), "violations": [], "printed": printed.getvalue()[:2000]}
        try:
            return read_outcome(wire.decode(wire.encode(answer)), request)
        except NOT_AN_ANSWER as bad:
            return Outcome([], [], [], None, 0, stopped=f"what came back is no answer ({bad})")

    def _loaded(self, paths: list[str]) -> Any:
        try:
            return execute.load_answer(setup_of(self))
        except BaseException as problem:
            error = execute.describe_error(problem, paths)
        complaint, line = start_complaint({"violations": [], "error": error}, self.path)
        self._unusable = Unusable(complaint, line)
        raise self._unusable
