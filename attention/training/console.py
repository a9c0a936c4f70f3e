"""What is said to a person at a terminal, who may have closed it: a run needs no listener."""

import io
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from ..parallel.outcomes import WorkerDied
from ..parallel.ranks import ALONE, world
from .interrupt import Interrupted


def tell(text: str, stream: TextIO | None = None, end: str = "\n") -> bool:
    """Write to `stream`, by default standard error; False if it is closed or full."""
    stream = sys.stderr if stream is None else stream
    if stream is None:
        return False
    try:
        print(text, end=end, file=stream, flush=True)
    except (OSError, ValueError):
        if stream is sys.stderr:
            sys.stderr = None  # else what is left in it would fail once more at the exit
        return False
    return True


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def hold_streams() -> None:
    """Let no file take the number of a standard stream that is closed, and what is said to it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


class Outliving:
    """Standard output whose reader may leave, as `head` does, or was never there: what is said to
    nobody is dropped, and the command goes on to the files that it was asked for."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or io.StringIO()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._drop()

    def _drop(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())  # takes what is still buffered, too
        os.close(nowhere)


def run_command(run: Callable[[], int], module: str, argv: Sequence[str], stopped: str) -> int:
    """Run a command of `module`, to its status: 2 after a mistake, told in one sentence.

    `stopped` is said where Ctrl-C left nothing to go on with.
    """
    try:
        return run()
    except Interrupted as stop:
        again = f"; go on with: {command_again(module, argv)}" if stop.saved else ""
        tell(f"{stop}{again}")
        return 130
    except KeyboardInterrupt:
        tell(stopped)
        return 130
    except BrokenPipeError:
        sys.stderr = None  # the reader of our output left; there is nobody to tell
        return 0
    except (ValueError, OSError, FloatingPointError, MemoryError, WorkerDied) as error:
        tell_error(error)
        return 2


def tell_error(error: BaseException) -> None:
    """Say it in its sentence, and of several ranks end all: the others would wait for this one."""
    try:
        ranks = world()
    except ValueError:  # which is what is told
        ranks = ALONE
    tell(f"error: {ranks.who()}{error}")
    ranks.abort(2)


def command_again(module: str, argv: Sequence[str]) -> str:
    kept = [word for word in argv if word not in ("--resume", "--overwrite")]
    return shlex.join(["python", "-m", module, *kept, "--resume"])
