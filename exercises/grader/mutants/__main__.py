"""The command: ``python -m grader.mutants [exNN ...]``, run in ``exercises/``."""

import argparse
import sys
import time

from grader.audit import TABLE
from grader.exercise import find_exercise, find_exercises
from grader.files import write_page
from grader.mutants.measured import FILE, sealed
from grader.mutants.tally import Tally, tally, with_table

PROGRAM = "python -m grader.mutants"


def main(arguments: list[str] | None = None) -> int:
    """Print what survives of the named exercises, or of all; the exit status is 1 if any does."""
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("exercises", nargs="*", metavar="exNN")
    parser.add_argument("--references", action="store_true", help="leave the right styles out")
    parser.add_argument("--write", action="store_true", help=f"write the rows into {TABLE.name}")
    options = parser.parse_args(arguments)
    known = find_exercises()
    try:
        chosen = [find_exercise(name, known) for name in options.exercises] or known
    except ValueError as problem:
        parser.error(str(problem))
    if options.write and options.references:
        parser.error("--write publishes whole rows: leave nothing out")
    start, found = time.monotonic(), []
    for exercise in chosen:
        found.append(tally(exercise, styles=not options.references))
        show(found[-1])
    left, made = sum(len(t.survivors) for t in found), sum(t.mutants for t in found)
    seconds = time.monotonic() - start
    print(f"\n{left} of {made} mutants survive and are not known to be right ({seconds:.0f} s).")
    if options.write:
        page = with_table(TABLE.read_text(encoding="utf-8"), found)
        write_page(TABLE, page)
        write_page(FILE, sealed(chosen, page))
        print(f"wrote {TABLE}")
    return 1 if any(t.survivors or t.stale for t in found) else 0


def show(t: Tally) -> None:
    """Print what the mutants of an exercise came to."""
    print(
        f"{t.name}: {t.mutants} mutants, {t.killed} killed, {t.equivalent} equivalent, "
        f"{len(t.survivors)} survive",
        flush=True,
    )
    for name in t.survivors:
        print(f"  survives  {name}")
    for name in t.stale:
        print(f"  no longer an equivalent that survives: {name}")


if __name__ == "__main__":
    sys.exit(main())
