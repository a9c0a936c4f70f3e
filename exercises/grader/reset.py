"""``--reset ex02``: the stub comes back, the old attempt stays beside it.

The pristine stubs are kept as ``solutions/exNN_name/stub.py``, so that a reset needs no git and
guesses nothing from the reference. ``python -m grader.reset --keep`` stores them anew from the
exercises not started; the project's tests hold the two equal.
"""

import argparse
import ast
import os
import sys
from pathlib import Path

from grader.exercise import EXERCISES, Exercise, find_exercises
from grader.files import write_page, write_whole
from grader.sandbox.rules import is_untouched

STUB = "stub.py"


def reset(exercise: Exercise, answers: Path = EXERCISES) -> str:
    """Give the stub back; returns what was done.

    Raises OSError if there is no kept stub, or no room for it: the answer is then as it was.
    """
    stub = exercise.solution / STUB
    if not stub.is_file():
        raise FileNotFoundError(f"there is no {stub} to put back")
    answer = answers / exercise.name / exercise.file
    if answer.is_file() and answer.read_bytes() == stub.read_bytes():
        return f"{answer} is the stub already; nothing was changed."
    answer.parent.mkdir(parents=True, exist_ok=True)
    if not answer.is_file():
        write_whole(answer, stub.read_bytes())
        return f"{answer} is the stub again."
    attempt = next_attempt(answer)
    os.replace(answer, attempt)
    try:
        write_whole(answer, stub.read_bytes())
    except BaseException:
        os.replace(attempt, answer)
        raise
    return f"{answer} is the stub again. Your attempt is kept as {attempt.name} beside it."


def next_attempt(answer: Path) -> Path:
    """The first name of the form attention.attempt-1.py that is free."""
    number = 1
    while (path := answer.with_name(f"{answer.stem}.attempt-{number}.py")).exists():
        number += 1
    return path


def keep(exercise: Exercise) -> bool:
    """Store the stub of an exercise that is not started; returns whether that changed anything."""
    source = exercise.folder / exercise.file
    text = source.read_text(encoding="utf-8")
    stub = exercise.solution / STUB
    if not is_untouched(ast.parse(text)):
        return False
    if stub.is_file() and stub.read_text(encoding="utf-8") == text:
        return False
    write_page(stub, text)
    return True


def main(arguments: list[str] | None = None) -> int:
    """Store the stubs of all exercises that are not started."""
    parser = argparse.ArgumentParser(prog="python -m grader.reset", description=__doc__)
    parser.add_argument("--keep", action="store_true", required=True, help="store the stubs")
    parser.parse_args(arguments)
    changed = [exercise.name for exercise in find_exercises() if keep(exercise)]
    print(f"stored {len(changed)} stubs" + (f": {', '.join(changed)}" if changed else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
