"""The keyboard and the screen of ``watch``: single keys at a terminal, plain lines without one."""

import contextlib
import os
import select
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

HOME_AND_CLEAR = "\x1b[H\x1b[2J"
PAUSE = 0.1  # seconds between two looks


class Desk:
    """What watch needs of the world; tests bring their own."""

    def __init__(self) -> None:
        self.draws = sys.stdout.isatty()
        self.hears = sys.stdin.isatty() and _termios() is not None
        self._cooked: list[Any] = []
        self._ahead = ""  # typed and not yet asked for

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
        if not self._ahead:
            ready, _, _ = select.select([sys.stdin], [], [], seconds)
            if not ready:
                return ""
            typed = os.read(sys.stdin.fileno(), 16).decode(errors="replace")
            self._ahead = typed or "q"  # nothing: the terminal is gone
        key, self._ahead = self._ahead[0], self._ahead[1:]
        return key

    @contextlib.contextmanager
    def meanwhile(self, press: Callable[[str], bool]) -> Iterator[None]:
        """Inside, keys are heard while something else runs; what ``press`` leaves comes after."""
        if not self.hears:
            yield
            return
        over, left = threading.Event(), list[str]()

        def listen() -> None:
            while not over.is_set():
                key = self.key(PAUSE)
                if key and not press(key):
                    left.append(key)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield
        finally:
            over.set()
            listener.join()
            self._ahead = "".join(left) + self._ahead

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
