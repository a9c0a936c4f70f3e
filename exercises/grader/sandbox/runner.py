"""Runs a student's file in a process of its own.

The parent keeps the clock and the expected answers. A worker that hangs is killed with its whole
process group; one that hangs twice is not tried again.
"""

import atexit
import contextlib
import math
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

from grader.exercise import Exercise
from grader.sandbox import wire
from grader.sandbox.ended import ending
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.fence import short
from grader.sandbox.held import stood
from grader.sandbox.pipe import Gone, Pipe
from grader.sandbox.receive import one_line, read_outcome, start_complaint
from grader.sandbox.rules import Violation, broken_rules, is_untouched, stub_lines
from grader.sandbox.setup import setup_of
from grader.sandbox.source import Unreadable, lies_there, parse, read_source
from grader.sandbox.spawn import worker

NOT_AN_ANSWER = (ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError)


class Limits(NamedTuple):
    """Seconds for the import and for one call; how many lost workers end the attempt.

    No call takes more than `most`, however long the exercise allows.
    """

    start: float = 10.0
    call: float = 6.0
    losses: int = 2
    most: float = math.inf


LIMITS = Limits()


class Unusable(Exception):
    """The file cannot be run at all: the reason, and the line if one is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


class Sandboxed:
    """A file run in a worker process, started when first needed."""

    def __init__(
        self,
        exercise: Exercise,
        path: Path,
        limits: Limits = LIMITS,
        overlay: tuple[str, str, str, str] | None = None,
    ) -> None:
        self.exercise, self.path, self.limits = exercise, _absolute(path), limits
        self._overlay = overlay
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Pipe | None = None
        self._losses, self._number, self._greeted = 0, 0, True
        self._unusable: Unusable | None = None
        self._begun: Request | None = None  # sent, and not yet answered
        self.source, self.untouched = "", not lies_there(path)
        self.stubs: dict[str, tuple[int, int]] = {}
        self.parts: list[tuple[Sandboxed, tuple[str, ...]]] = []
        if not self.untouched:
            self._read()
        if not self.untouched:
            self._read_parts(path.parent.parent)

    def _read(self) -> None:
        try:
            self.source = read_source(self.path)
            tree = parse(self.source, self.path)
        except Unreadable as problem:
            self._unusable = Unusable(str(problem), problem.line)
            return
        self.untouched, self.stubs = is_untouched(tree), stub_lines(tree)
        broken: list[Violation] = broken_rules(tree, self.exercise.forbidden)
        if broken and self._overlay is None:
            self._unusable = Unusable(broken[0].text, broken[0].line)

    def _read_parts(self, answers: Path) -> None:
        """The student's other files that this exercise builds on."""
        missing = []
        for part, names in self.exercise.parts.items():
            other = Sandboxed(part, answers / part.name / part.file)
            stubs = [name for name in names if other.untouched or name in other.stubs]
            if stubs:
                missing.append(f"{part.number} ({', '.join(stubs)})")
            if other._unusable is not None and self._unusable is None:
                where = f"{short(str(other.path))}, line {other._unusable.line}"
                self._unusable = Unusable(f"builds on {where}: {other._unusable}")
            self.parts.append((other, names))
        if missing and self._unusable is None:
            listed = "; ".join(missing)
            self._unusable = Unusable(f"builds on functions that are not written yet: {listed}")

    @property
    def sources(self) -> dict[str, tuple[str, str]]:
        """The text of each file of the answer, and what to call it, by its path."""
        others = (other for other, _ in self.parts)
        return {
            str(self.path): (self.path.name, self.source),
            **{str(one.path): (short(str(one.path)), one.source) for one in others},
        }

    def begin(self, request: Request) -> None:
        """Have the worker compute while we do; ``run`` tells what came of it, errors too."""
        if self._begun is not None:
            self.close()  # nobody asked for what it computes
        if self._unusable is not None:
            return
        self.wake()
        with contextlib.suppress(Gone):
            self._number += 1
            self._begun = request
            self._send({"number": self._number, "request": request._asdict()}, self._seconds)

    def run(self, request: Request) -> Outcome:
        """Run one request in the worker. Raises Unusable if the file cannot be run at all."""
        if self._begun is not request:
            self.begin(request)
        self._begun = None
        if self._unusable is not None:
            raise self._unusable
        try:
            if not self._greeted:
                self._greet()
            answer = self._receive(self._seconds)
            if answer.pop("number") != self._number:
                raise ValueError("an answer to another question")
            return read_outcome(answer, request)
        except Gone as gone:
            return Outcome([], [], [], None, 0, stopped=self._lose(ending(gone, self._process)))
        except NOT_AN_ANSWER as bad:
            why = f"what your code sent to the grader is not an answer ({one_line(str(bad)[:80])})"
            return Outcome([], [], [], None, 0, stopped=self._lose(why))

    @property
    def computed(self) -> float:
        """Seconds of computing of the worker so far, 0 where the system does not tell."""
        try:
            with open(f"/proc/{self._process.pid}/stat", encoding="utf-8") as file:  # type: ignore[union-attr]
                fields = file.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except (OSError, AttributeError, IndexError, ValueError):
            return 0.0

    def wake(self) -> None:
        """Have a worker import the file while we do something else; ``run`` tells how it went."""
        if self._pipe is not None or self._unusable is not None:
            return
        self._process, self._pipe = worker()
        self._greeted = False
        _living.add(self)
        with contextlib.suppress(Gone):  # what became of it is told when it is heard
            self._send(setup_of(self, self._overlay), self._start_seconds)

    def _greet(self) -> None:
        """Hear from a woken worker how the import went. Raises Unusable if it went wrong."""
        self._greeted = True
        try:
            stood.add(one_line(self._receive(self._start_seconds)["stands"]))
            complaint, line = start_complaint(self._receive(self._start_seconds), self.path)
        except Gone as gone:
            complaint, line = f"while it was imported, {self._lose(ending(gone, self._process))}", 0
        except NOT_AN_ANSWER:
            complaint, line = "its import disturbed the grader's connection", 0
        if complaint:
            self.close()
            self._unusable = Unusable(complaint, line)
            raise self._unusable

    @property
    def _start_seconds(self) -> float:
        """How long the import may take."""
        return self.exercise.seconds or self.limits.start

    @property
    def _seconds(self) -> float:
        """How long one call may take."""
        return min(self.exercise.seconds or self.limits.call, self.limits.most)

    def _send(self, message: dict[str, Any], seconds: float) -> None:
        assert self._pipe is not None
        self._pipe.send(wire.encode(message), time.monotonic() + seconds)

    def _receive(self, seconds: float) -> dict[str, Any]:
        assert self._pipe is not None
        return wire.decode(self._pipe.receive(time.monotonic() + seconds))

    def _lose(self, text: str) -> str:
        """End a worker that is no longer of use; after a few the file is not tried again."""
        self.close()
        self._losses += 1
        if self._losses >= self.limits.losses:
            times = f", {self._losses} times" if self._losses > 1 else ""
            self._unusable = Unusable(f"{text}{times}; it is not tried again")
        return text

    def close(self) -> None:
        """End the worker and everything it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = self._begun = None
        _living.discard(self)


_living: set[Sandboxed] = set()


@atexit.register
def _end_all() -> None:
    for sandboxed in list(_living):
        sandboxed.close()


def _absolute(path: Path) -> Path:
    """The way to a file without links, but for the file itself, which may be refused as one."""
    return Path(os.path.realpath(path.parent)) / path.name
