"""The keyboard and the screen of ``watch``: single keys at a terminal, plain lines without one."""

import contextlib
import os
import select
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

HOME_AND_CLEAR = "\x1b[H\x1b[2J"


class Desk:
    """What watch needs of the world; tests bring their own."""

    def __init__(self) -> None:
        self.draws = sys.stdout.isatty()
        self.hears = sys.stdin.isatty() and _termios() is not None
        self._cooked: list[Any] = []

    def show(self, text: str) -> None:
        """Put a screen in the place of the one before; without a terminal, below it."""
        if self.draws:
            rows = shutil.get_terminal_size().lines
            lines = text.splitlines()
            if len(lines) >= rows:  # the end is what matters: the count and the keys
                lines = [*lines[: rows - 8], "…", *lines[-6:]] if rows > 12 else lines[1 - rows :]
            text = HOME_AND_CLEAR + "\n".join(lines)
        print(text, flush=True)

    def key(self, seconds: float) -> str:
        """A key, if one is pressed in that time; the process sleeps meanwhile."""
        if not self.hears:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        if not ready:
            return ""
        typed = os.read(sys.stdin.fileno(), 16).decode(errors="replace")
        return typed[:1] or "q"  # nothing: the terminal is gone

    def sleep(self, seconds: float) -> None:
        """Wait without listening."""
        time.sleep(seconds)

    def clock(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    @contextlib.contextmanager
    def single_keys(self) -> Iterator[None]:
        """Keys come one by one and unseen; the terminal is given back as it was."""
        termios = _termios()
        if not self.hears or termios is None:
            yield
            return
        import tty

        self._cooked = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._cooked)

    @contextlib.contextmanager
    def line_by_line(self) -> Iterator[None]:
        """Inside `single_keys`: lines again, as an interview reads them."""
        import termios
        import tty

        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._cooked)
        try:
            yield
        finally:
            tty.setcbreak(sys.stdin)


def _termios() -> Any:
    try:
        import termios
    except ImportError:  # not a Unix
        return None
    return termios
