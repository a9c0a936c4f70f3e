"""One line that tells how far a long run is: in place on a terminal, now and then elsewhere."""

import sys
import time
from typing import TextIO


class Progress:
    """`show` rewrites its line on a terminal; elsewhere it writes every `every`-th line."""

    def __init__(self, total: int, *, every: int = 1, stream: TextIO | None = None) -> None:
        self.total, self.every = total, every
        self.stream = sys.stderr if stream is None else stream
        self.in_place = self.stream.isatty()
        self._start, self._first, self._last_shown = time.monotonic(), 0, -1.0

    def start_at(self, step: int) -> None:
        """A resumed run counts its speed from here."""
        self._start, self._first = time.monotonic(), step

    def show(self, step: int, text: str) -> None:
        """`step` of `total` is done; the text is followed by speed and time left."""
        now = time.monotonic()
        last = step >= self.total
        if self.in_place:
            if not last and now - self._last_shown < 0.1:
                return
        elif not last and step % self.every:
            return
        self._last_shown = now
        speed = (step - self._first) / max(now - self._start, 1e-9)
        left = (self.total - step) / speed if speed else 0.0
        line = f"{step}/{self.total}  {text}  {speed:.1f} steps/s  {_clock(left)} left"
        self._write(line, end="\n" if last or not self.in_place else "")

    def say(self, text: str) -> None:
        """A line that stays."""
        self._write(text, end="\n")

    def _write(self, line: str, end: str) -> None:
        clear = "\r\x1b[2K" if self.in_place else ""
        print(clear + line, end=end, file=self.stream, flush=True)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d}"
