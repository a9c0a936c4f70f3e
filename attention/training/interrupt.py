"""Ctrl-C while a run is under way: no step is cut in half."""

import signal
import threading
from pathlib import Path
from types import FrameType


class Interrupted(Exception):
    """Ctrl-C came; the checkpoint, if one was named, is written to `saved`."""

    def __init__(self, said: str, saved: Path | None) -> None:
        super().__init__(said)
        self.saved = saved


class CtrlC:
    """While it stands, the first Ctrl-C only sets `pressed`; the second interrupts at once."""

    pressed = False

    def __enter__(self) -> "CtrlC":
        self._own = threading.current_thread() is threading.main_thread()
        if self._own:
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._own:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, _signal: int, _frame: FrameType | None) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
