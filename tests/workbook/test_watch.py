"""``attention-workbook watch``: by a script in place of the keyboard, and at a real terminal."""

import contextlib
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time

import pytest
from attention_workbook import lay_out, merging, state
from attention_workbook.__main__ import typed
from attention_workbook.place import Place
from attention_workbook.watch import Watch, watch

from tests.workbook.screens import ANSWERS, ROOT


class Script:
    """A desk at which keys are pressed and files saved in turn, then q."""

    draws, hears = False, True

    def __init__(self, *steps):
        self.steps, self.screens, self.now = list(steps), [], 0.0

    def show(self, text):
        self.screens.append(text)

    def key(self, seconds):
        self.now += 60
        step = self.steps.pop(0) if self.steps else "q"
        if isinstance(step, str):
            return step
        step()
        return ""

    def sleep(self, seconds):
        pass

    def clock(self):
        return self.now

    def single_keys(self):
        return contextlib.nullcontext()

    def meanwhile(self, press):
        return contextlib.nullcontext()


@pytest.fixture
def place(tmp_path):
    lay_out.init(tmp_path / "mine")
    home = tmp_path / "mine"
    return Place(home, home, home, typed)


def save(place, name):
    return lambda: shutil.copy(ANSWERS / name, place.home / "ex01_softmax" / "softmax.py")


def test_a_sitting(place, monkeypatch):
    monkeypatch.setenv("COLUMNS", "72")
    desk = Script(
        *("s", save(place, "softmax_first_try.py"), "h", save(place, "softmax_right.py")),
        *("s", "l", "n", (place.home / "ex04_self_attention" / "self_attention.py").unlink),
    )
    said = watch(place, desk)
    start, refused, wrong, hint, right, solved, listed, turned, gone = desk.screens
    assert "1/7  ex01" in start
    assert "comes with a pass" in refused
    assert "runs along the first axis" in " ".join(wrong.split())
    assert " more\n" in wrong
    assert "hint 1 of 3" in hint
    assert "Another:  h\n" in hint
    assert "def softmax_backward" in solved
    assert solved.split("\n\n")[-2].endswith("ex01_softmax/solution/")
    assert "10 of 10 points" in right
    assert "Write ex02_attention/attention.py" in right
    assert "2/7  ex02" in listed
    assert "1 of 7 passed" in listed
    assert "attention-workbook watch" not in listed
    assert "3/7  ex04" in turned
    assert "attention-workbook reset ex04" in gone
    assert all(len(line) <= 72 for screen in desk.screens for line in screen.splitlines())
    entry = json.loads((place.home / state.FILE).read_text())["exercises"]["ex01_softmax"]
    assert merging.total(entry, "attempts") == 2
    assert merging.total(entry, "seconds") == 240
    assert "Until next time" in said


@pytest.mark.slow
def test_the_screens_fit_forty_columns(place, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    desk = Script(save(place, "softmax_first_try.py"), "h", "l", save(place, "softmax_right.py"))
    watch(place, desk)
    assert all(len(line) <= 40 for screen in desk.screens for line in screen.splitlines())


def test_two_in_one_folder_are_refused(place):
    def second():
        with pytest.raises(ValueError, match="another watch runs"):
            watch(place, Script())

    watch(place, Script(second))
    watch(place, Script())


def test_it_opens_with_what_is_not_passed(place):
    save(place, "softmax_right.py")()
    first = Watch(place, Script())
    first._show(first._verdict())
    assert Watch(place, Script()).exercise.number == "ex02"


def started(folder, **how):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "exercises"), "TERM": "xterm"}
    command = [sys.executable, "-m", "attention_workbook", "watch"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        start_new_session=True,
        preexec_fn=hear_ctrl_c,  # which a shell's background jobs do not
        **how,
    )


def hear_ctrl_c():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def read_until(fd, words, seconds=30):
    said, end = "", time.monotonic() + seconds
    while words not in said and time.monotonic() < end:
        with contextlib.suppress(OSError):
            said += os.read(fd, 4096).decode(errors="replace")
    return said


def test_at_a_terminal_a_save_is_graded_and_q_ends_it(place):
    parent, child = pty.openpty()
    process = started(place.home, stdin=child, stdout=child, stderr=child)
    assert "quit" in read_until(parent, "quit")
    save(place, "softmax_first_try.py")()
    said = read_until(parent, "ex01: not yet, 0 of ")
    assert "ex01: not yet, 0 of " in said
    assert "\x1b[H" in said
    os.write(parent, b"q")
    assert "Until next time" in read_until(parent, "Until next time")
    assert process.wait(20) == 0


ODD = """
import numpy as np

def softmax(x, axis=-1):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)

def softmax_backward(dy, y, axis=-1):
    inner = np.sum(dy * y, axis=axis, keepdims=True) / 7
    return y * (dy - inner)
"""


@pytest.mark.slow
def test_the_verdict_does_not_wait_for_a_cause_that_is_searched_for(place):
    desk = Script(lambda: (place.home / "ex01_softmax" / "softmax.py").write_text(ODD))
    watch(place, desk)
    _, first, then = desk.screens
    assert "Looking for the cause" in first
    assert "ex01: not yet" in first
    assert "in line 9 should have one term or factor less" not in " ".join(first.split())
    assert "in line 9 should have one term or factor less" in " ".join(then.split())
    assert "Looking" not in then


SLOW = """
import numpy as np

def softmax(x, axis=-1):
    for _ in range(10**9):
        pass
    return x
"""


def at_a_terminal_graded_for_long(place, keys):
    """Keys pressed while an answer that takes six seconds is graded: what is said, how long."""
    parent, child = pty.openpty()
    process = started(place.home, stdin=child, stdout=child, stderr=child)
    read_until(parent, "quit")
    (place.home / "ex01_softmax" / "softmax.py").write_text(SLOW)
    time.sleep(0.5)  # seen, and being graded
    since = time.monotonic()
    os.write(parent, keys)
    return process, parent, since


@pytest.mark.slow
def test_a_hint_does_not_wait_for_the_verdict(place):
    process, parent, since = at_a_terminal_graded_for_long(place, b"h")
    said = read_until(parent, "Grading ...")
    assert "hint 1 of 3" in said
    assert time.monotonic() - since < 4
    assert "did not finish" not in said
    said = read_until(parent, "ex01: not yet")
    assert "did not finish" in said
    os.write(parent, b"q")
    assert process.wait(20) == 0


@pytest.mark.slow
def test_q_ends_it_while_an_answer_is_graded(place):
    process, parent, since = at_a_terminal_graded_for_long(place, b"q")
    assert "Until next time" in read_until(parent, "Until next time")
    assert process.wait(20) == 0
    assert time.monotonic() - since < 4


def test_without_a_terminal_it_prints_lines_and_ctrl_c_leaves_no_process(place):
    process = started(
        place.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said = read_until(process.stdout.fileno(), "Write ex01_softmax")
    assert "\x1b" not in said
    time.sleep(0.2)
    children = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert b"Until next time" in out
    assert children
    assert not any(os.path.exists(f"/proc/{child}") for child in children)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return file.read().split()
