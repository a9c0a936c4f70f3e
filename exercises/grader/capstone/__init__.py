"""What ex29 trains with: the profile model on real purchases, with a student's functions in it.

The parent prepares purchases and records what the model feeds each function; the worker trains.
Both ask for the toolkit through `harness`: importing it takes a second that no other exercise
should wait for, and in the worker it must be there before the rules forbid it to the student.
"""

import functools
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@functools.cache
def harness() -> Any:
    """The module that trains, with the toolkit imported: the installed one, or this checkout's."""
    for folder in (ROOT, ROOT / "profile"):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    from grader.capstone import training

    return training
