"""How a worker ended, in a sentence about the student's code."""

import contextlib
import signal
import subprocess

from grader.sandbox.pipe import Gone

SIGNALS = {int(number) for number in signal.Signals}
HINTS = {"SIGSEGV": ": endless recursion?", "SIGXCPU": ": too much computing"}


def ending(gone: Gone, process: "subprocess.Popen[bytes] | None") -> str:
    """Why a worker is gone."""
    if gone.hung:
        return f"your code did not finish within {gone.seconds:.0f} s"
    status = None
    if process is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(0.5)
    if status is None:
        return "your code closed the grader's connection"
    if status < 0:
        name = signal.Signals(-status).name if -status in SIGNALS else f"signal {-status}"
        return f"your code crashed its process ({name}{HINTS.get(name, '')})"
    return f"your code ended its process (exit status {status}) instead of returning"
