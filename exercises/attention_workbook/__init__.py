"""The companion of the workbook: ``attention-workbook init DIR`` lays out a folder of one's own.

home, state     the student's folder, and what is remembered of it (grader/home.py, state.py);
                merging, how two memories become one
lay_out         init and update: what is ours is brought up to date, what is theirs is left alone
listing         where one stands; checking, an exercise graded now
watch           grades on every save (saves); keys reads the keyboard and draws
solution        what comes after a pass; review, what comes back weeks later
explain         what an assistant may know
notebook        check, question and hint for notebooks; cells puts together what they grade
classroom       grades a class; marks, what is kept of it
commands        the table of all commands; pytest's options are made from the same table
place, asked    where a command runs; what a command and a key of watch do alike

Importing this puts the grader on the path: inside the wheel it lies in this package, in a clone
beside it.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["check", "hint", "question"]

_HERE = Path(__file__).resolve().parent
_GRADER = _HERE / "exercises" if (_HERE / "exercises").is_dir() else _HERE.parent
if str(_GRADER) not in sys.path:
    sys.path.append(str(_GRADER))


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> Any:
    """What a notebook imports, loaded when asked for: a list need not wait for NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("attention_workbook.notebook"), name)
