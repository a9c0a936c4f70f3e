"""Mutants that are right all the same, one file an exercise: a reason, then those it holds for."""

from pathlib import Path

from grader.exercise import Exercise

FOLDER = Path(__file__).with_name("equivalents")


def equivalents(exercise: Exercise) -> dict[str, str]:
    """The reason for each equivalent mutant, by name; ``# `` opens a reason."""
    path = FOLDER / f"{exercise.number}.txt"
    reason, found = "", {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
        if line.startswith("# "):
            reason = line[2:]
        elif line:
            found[line] = reason
    return found
