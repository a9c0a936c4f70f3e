"""Enforces the rules inside the worker, once the student's file starts to run.

An audit hook sees every file opened, process started and file removed; an import guard sees the
student's imports. A broken rule is both refused and remembered, so catching the refusal does not
hide it. This fence gives reasons, in words; what holds is the one of the kernel (kernel.py).
"""

import _thread
import builtins
import io
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.sandbox.rules import FORBIDDEN_MODULES, LEAVE_MODULES, OUTSIDE, module_rule

MAX_PRINT = 2**20

WATCHED_MODULES = (builtins, np, np.linalg, np.random)
FORBIDDEN_EVENTS = {
    "os.system": "start processes",
    "os.exec": "start processes",
    "os.fork": "start processes",
    "os.forkpty": "start processes",
    "os.posix_spawn": "start processes",
    "os.spawn": "start processes",
    "os.startfile": "start processes",
    "subprocess.Popen": "start processes",
    "pty.spawn": "start processes",
    "_thread.start_new_thread": "start threads",
    "os.kill": "send signals",
    "os.killpg": "send signals",
    "os.chdir": "change the working folder",
    "os.remove": "delete files",
    "os.rename": "rename files",
    "os.rmdir": "delete folders",
    "os.mkdir": "make folders",
    "os.link": "make links",
    "os.symlink": "make links",
    "os.truncate": "change files",
    "os.chmod": "change files",
    "os.chown": "change files",
    "os.utime": "change files",
    "socket.__new__": "open connections",
    "socket.connect": "open connections",
    "ctypes.dlopen": "load libraries",
    "ctypes.dlsym": "call into libraries",
    "ctypes.cdata": "read memory",
    "ctypes.cdata/buffer": "read memory",
    "ctypes.string_at": "read memory",
    "gc.get_objects": "search the interpreter's memory",
    "gc.get_referrers": "search the interpreter's memory",
    "sys.addaudithook": "watch the interpreter",
}


class RuleBroken(PermissionError):
    """Raised in the student's code at the call that breaks a rule."""


class Sandbox:
    """The rules, armed for the rest of the process; ``violations`` is what was broken so far."""

    def __init__(self, own_paths: list[str], fences: list[str], readable: list[str]) -> None:
        self.violations: list[tuple[str, int]] = []
        self.own_paths = own_paths
        self._fences = [os.path.realpath(folder) + os.sep for folder in fences]
        self._readable = [os.path.realpath(folder) + os.sep for folder in readable]
        self.printed = CappedPrint(self._refuse)

    def arm(self) -> None:
        """From here on the rules hold, for every thread and until the process ends."""
        sys.stdout = sys.stderr = self.printed
        self._guard_imports()
        self._guard_threads()
        sys.addaudithook(self._hook())
        self._watched = [(module, dict(vars(module))) for module in WATCHED_MODULES]

    def note_replacements(self) -> None:
        """Remember as a violation whatever of NumPy or the builtins is no longer what it was."""
        for module, before in self._watched:
            now = vars(module)
            for name, value in before.items():
                if now.get(name, self) is not value:
                    self._refuse(f"your code replaced {module.__name__}.{name}: {LEAVE_MODULES}")
                    now[name] = value

    def _refuse(self, rule: str) -> None:
        line = 0
        frame = sys._getframe(1)
        while frame is not None and not line:
            path = frame.f_code.co_filename
            if path in self.own_paths:
                line = frame.f_lineno
                if path != self.own_paths[0]:
                    rule += f" ({short(path)}, line {line})"
            frame = frame.f_back  # type: ignore[assignment]
        other_file = rule.endswith(f", line {line})")
        self.violations.append((rule, 0 if other_file else line))

    def _hook(self) -> Callable[[str, tuple[Any, ...]], None]:
        events, refuse, complain = FORBIDDEN_EVENTS, self._refuse, self._open_complaint

        def hook(event: str, args: tuple[Any, ...]) -> None:
            rule = None
            if event == "open":
                rule = complain(args[0], args[2])
            elif event in events:
                rule = f"your code may not {events[event]}: {OUTSIDE}"
            if rule is not None:
                refuse(rule)
                raise RuleBroken(rule)

        return hook

    def _open_complaint(self, path: Any, flags: Any) -> str | None:
        if isinstance(path, int):
            return None
        try:
            real = os.path.realpath(os.fsdecode(path))
        except (TypeError, ValueError):
            return None
        if real in (os.devnull, "/dev/urandom"):
            return None
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if real in self.own_paths and not writes:
            return None
        if any(real.startswith(fence) for fence in self._fences):
            name = "solutions" if os.sep + "solutions" + os.sep in real else "workbook's own"
            return f"your code may not read the {name} files ({os.path.basename(real)})"
        if writes:
            return f"your code may not write files ({os.path.basename(real)}): {OUTSIDE}"
        if any(real.startswith(folder) for folder in self._readable):
            return None
        return f"your code may not read files ({os.path.basename(real)}): {OUTSIDE}"

    def _guard_threads(self) -> None:
        refuse = self._refuse

        def start_new_thread(*args: Any, **kwargs: Any) -> None:
            rule = f"your code may not start threads: {OUTSIDE}"
            refuse(rule)
            raise RuleBroken(rule)

        # Before Python 3.12 no audit event tells of a new thread.
        _thread.start_new_thread = threading._start_new_thread = start_new_thread  # type: ignore

    def _guard_imports(self) -> None:
        hidden = ("grader", "attention", "user_profile", "tracemalloc", "_tracemalloc")
        for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
            del sys.modules[name]
        original, own_paths, refuse = builtins.__import__, self.own_paths, self._refuse

        def guarded(
            name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
        ) -> Any:
            if globals is not None and globals.get("__file__") in own_paths:
                targets = [f"{name}.{part}" for part in fromlist or ()] or [name]
                for target in targets:
                    why = module_rule(target)
                    if why is not None:
                        rule = f"`{target}` may not be imported: {why}"
                        refuse(rule)
                        raise RuleBroken(rule)
            return original(name, globals, locals, fromlist, level)

        builtins.__import__ = guarded
        sys.meta_path.insert(0, _Refuser(refuse))


class _Refuser:
    """Stops the toolkit, the solutions and other frameworks however they are imported."""

    hard = (
        *("attention", "user_profile", "solutions", "grader", "torch", "tensorflow", "jax"),
        *("tracemalloc", "_tracemalloc"),
    )

    def __init__(self, refuse: Callable[[str], None]) -> None:
        self._refuse = refuse

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse a forbidden module; leave every other to the usual finders."""
        if name.partition(".")[0] in self.hard:
            rule = f"`{name}` may not be imported: {FORBIDDEN_MODULES[name.partition('.')[0]]}"
            self._refuse(rule)
            raise RuleBroken(rule)


class CappedPrint(io.TextIOBase):
    """Standard output of the student's code: the first lines are kept, a flood is a violation."""

    def __init__(self, refuse: Callable[[str], None]) -> None:
        self._refuse = refuse
        self._count = 0
        self._kept: list[str] = []

    def write(self, text: str) -> int:
        """Keep a little of what is printed, and count the rest."""
        before, self._count = self._count, self._count + len(text)
        if before < 2000:
            self._kept.append(text[:2000])
        if before <= MAX_PRINT < self._count:
            self._refuse(f"your code printed more than {MAX_PRINT // 2**20} MB; remove the prints")
        return len(text)

    def take(self) -> str:
        """What was printed since the last call, cut."""
        text, self._kept, self._count = "".join(self._kept)[:2000], [], 0
        return text


def short(path: str) -> str:
    """A file of a workbook, by its folder and name."""
    return "/".join(path.split(os.sep)[-2:])
