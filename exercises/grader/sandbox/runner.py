"""Runs an answer: a student's file in a process of its own, or one of our variants in this one.

The parent keeps the clock and the expected answers. A worker that hangs is killed with its whole
process group; one that hangs twice is not tried again.
"""

import atexit
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from grader.exercise import EXERCISES, Exercise
from grader.sandbox import execute, wire
from grader.sandbox.execute import Outcome, Request
from grader.sandbox.fence import short
from grader.sandbox.pipe import Gone, Pipe
from grader.sandbox.receive import noted, one_line, read_error, read_outcome
from grader.sandbox.rules import Violation, broken_rules, is_untouched, stub_lines
from grader.sandbox.source import Unreadable, lies_there, parse, read_source

WORKER = Path(__file__).with_name("worker.py")
NUMPY_HOME = str(Path(np.__file__).parent.parent)


NOT_AN_ANSWER = (ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError)


class Limits(NamedTuple):
    """Seconds for the import and for one call; how many lost workers end the attempt."""

    start: float = 10.0
    call: float = 6.0
    losses: int = 2


LIMITS = Limits()


WHOLE_FENCE = ("Landlock", "seccomp")
stood: set[str] = set()  # what the kernel held of each worker of this run, in words


def weaker_fence() -> str:
    """A sentence, if the kernel did not hold all of the fence of every worker; else ""."""
    weak = {words for words in stood if not all(part in words for part in WHOLE_FENCE)}
    if not weak:
        return ""
    held = ", ".join(sorted(filter(None, weak))) or "nothing"
    return (
        f"Of the fence around an answer this kernel holds {held}; Python's own keeps accidents "
        "out, not malice: run only files you trust."
    )


class Unusable(Exception):
    """The file cannot be run at all: the reason, and the line if one is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


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
        self._losses, self._number = 0, 0
        self._unusable: Unusable | None = None
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

    def run(self, request: Request) -> Outcome:
        """Run one request in the worker. Raises Unusable if the file cannot be run at all."""
        if self._unusable is not None:
            raise self._unusable
        if self._pipe is None:
            self._start()
        self._number += 1
        message = {"number": self._number, "request": request._asdict()}
        try:
            answer = self._exchange(message, self.exercise.seconds or self.limits.call)
            if answer.pop("number") != self._number:
                raise ValueError("an answer to another question")
            return read_outcome(answer, request)
        except Gone as gone:
            return Outcome([], [], [], None, 0, stopped=self._end(gone))
        except NOT_AN_ANSWER as bad:
            why = f"what your code sent to the grader is not an answer ({one_line(str(bad)[:80])})"
            return Outcome([], [], [], None, 0, stopped=self._lose(why))

    def setup(self) -> dict[str, Any]:
        """What a worker has to know of the answer: its text, its parts, what it may read."""
        roots = {sys.prefix, sys.base_prefix, str(Path(os.__file__).parent), NUMPY_HOME}
        return {
            "path": str(self.path),
            "stem": self.path.stem,
            "source": self.source,
            "parts": [
                {
                    "path": str(other.path),
                    "stem": other.exercise.name,
                    "source": other.source,
                    "names": list(names),
                }
                for other, names in self.parts
            ],
            "tests": str(self.exercise.tests_path),
            "overlay": self._overlay,
            "fences": [str(folder) for folder in self.exercise.fences],
            "readable": sorted(roots),
            "parent": os.getpid(),
        }

    def _start(self) -> None:
        self._process, self._pipe = _spare.pop() if _spare else _spawned()
        _living.add(self)
        setup = self.setup()
        try:
            seconds = self.exercise.seconds or self.limits.start
            stood.add(one_line(self._exchange(setup, seconds)["stands"]))
            hello = self._receive(time.monotonic() + seconds)
            complaint, line = start_complaint(hello, self.path)
        except Gone as gone:
            complaint, line = f"while it was imported, {self._end(gone)}", 0
        except NOT_AN_ANSWER:
            complaint, line = "its import disturbed the grader's connection", 0
        if complaint:
            self.close()
            self._unusable = Unusable(complaint, line)
            raise self._unusable

    def _exchange(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        assert self._pipe is not None
        deadline = time.monotonic() + seconds
        self._pipe.send(wire.encode(message), deadline)
        return self._receive(deadline)

    def _receive(self, deadline: float) -> dict[str, Any]:
        assert self._pipe is not None
        return wire.decode(self._pipe.receive(deadline))

    def _end(self, gone: Gone) -> str:
        """Why the worker is gone, in a sentence about the student's code."""
        status = None
        if not gone.hung and self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = self._process.wait(0.5)
        if gone.hung:
            return self._lose(f"your code did not finish within {gone.seconds:.0f} s")
        if status is None:
            return self._lose("your code closed the grader's connection")
        if status < 0:
            name = signal.Signals(-status).name if -status in _SIGNALS else f"signal {-status}"
            hint = {"SIGSEGV": ": endless recursion?", "SIGXCPU": ": too much computing"}
            return self._lose(f"your code crashed its process ({name}{hint.get(name, '')})")
        text = f"your code ended its process (exit status {status}) instead of returning"
        return self._lose(text)

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
        self._process = self._pipe = None
        _living.discard(self)


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


def keep_warm() -> None:
    """Have a worker ready, NumPy imported, for the next file; it has seen no other."""
    if not _spare:
        _spare.append(_spawned())


_spare: list[tuple[subprocess.Popen[bytes], Pipe]] = []


def _environment() -> dict[str, str]:
    """What a worker needs of the environment; all else, secrets too, stays here."""
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), "LC_ALL": "C.UTF-8"}


_NEEDED = (
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),  # on some processors it computes wrongly without
)
_SIGNALS = {int(number) for number in signal.Signals}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_living: set[Sandboxed] = set()


@atexit.register
def _end_all() -> None:
    for sandboxed in list(_living):
        sandboxed.close()
    while _spare:
        process, pipe = _spare.pop()
        process.kill()
        process.wait()
        pipe.close()


def _absolute(path: Path) -> Path:
    """The way to a file without links, but for the file itself, which may be refused as one."""
    return Path(os.path.realpath(path.parent)) / path.name


def start_complaint(hello: dict[str, Any], path: Path) -> tuple[str, int]:
    """Why a file could not be imported, with its line; nothing where it could."""
    violations = noted(hello["violations"])
    if violations:
        return violations[0]
    if hello["error"] is None:
        return "", 0
    error = read_error(hello["error"])
    line, _, place = error["frames"][-1] if error["frames"] else (0, "", str(path))
    missing = re.fullmatch(r"No module named '(\w+)'", error["message"])
    if missing and path.with_name(f"{missing[1]}.py").exists():
        text = f"imports {missing[1]}.py, which lies beside it; a file stands alone: copy it in"
    elif error["type"] == "SystemExit":
        text = f"calls sys.exit({error['message']}) when it is imported"
    else:
        text = f"cannot be imported: {error['type']}: {error['message']}"
    if place != str(path):
        return f"builds on {short(place)}, line {line}, which {text}", 0
    return f"the file {text}", line
