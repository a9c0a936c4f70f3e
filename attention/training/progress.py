"""One line that tells how far a long run is: in place on a terminal, now and then elsewhere."""

import sys
import time
from typing import TextIO

from ..parallel.ranks import world
from .console import is_terminal, tell


class Progress:
    """`show` rewrites its line on a terminal; elsewhere it writes every `every`-th line.

    A stream that is closed or full is no error. Of several ranks the first alone writes.
    """

    def __init__(self, total: int, *, every: int = 1, stream: TextIO | None = None) -> None:
        self.total, self.every = total, every
        self.stream = sys.stderr if stream is None else stream
        self.in_place = is_terminal(self.stream)
        self._start, self._first, self._last_shown = time.monotonic(), -1, -1.0
        self._deaf = world().rank > 0  # and once nobody reads it, nothing more is written

    def show(self, step: int, text: str) -> None:
        """`step` of `total` is done; the text is followed by speed and time left.

        A resumed run begins with another step than the first, and counts its speed from there.
        """
        now = time.monotonic()
        if self._first < 0:
            self._first = 0 if step <= 1 else step
            self._start = self._start if step <= 1 else now
        last = step >= self.total
        if self.in_place:
            if not last and now - self._last_shown < 0.1:
                return
        elif not last and step % self.every:
            return
        self._last_shown = now
        line = f"{step}/{self.total}  {text}"
        if step > self._first:
            speed = (step - self._first) / max(now - self._start, 1e-9)
            line += f"  {speed:.1f} steps/s  {_clock((self.total - step) / speed)} left"
        self._write(line, end="\n" if last or not self.in_place else "")

    def say(self, text: str) -> None:
        """A line that stays."""
        self._write(text, end="\n")

    def _write(self, line: str, end: str) -> None:
        clear = "\r\x1b[2K" if self.in_place else ""
        if not self._deaf:
            self._deaf = not tell(clear + line, self.stream, end)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
