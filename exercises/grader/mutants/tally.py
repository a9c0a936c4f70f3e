"""Counts an exercise's mutants, and writes them as the second table of strength.md."""

import re
from typing import NamedTuple

from grader.exercise import Exercise
from grader.mutants.equivalents import equivalents
from grader.mutants.trial import mutants, subjects, survivors

HEADING, NEXT = "## Mutants\n", "\n## Answers that nobody here had seen\n"
INTRODUCTION = """
Made by `python -m grader.mutants --write`, run in `exercises/`: each reference and each right style
with one slip in it, an operator, a constant, an axis, a line, a term. An **equivalent** is right
all the same, for the reason in `exercises/grader/mutants/equivalents/`; what **survives** is
neither rejected nor yet known to be right.

"""


class Tally(NamedTuple):
    """What became of an exercise's mutants; ``stale`` are equivalents that are rejected or gone."""

    name: str
    of_reference: int
    mutants: int
    equivalent: int
    survivors: list[str]
    stale: list[str]

    @property
    def killed(self) -> int:
        """How many a check rejects."""
        return self.mutants - self.equivalent - len(self.survivors)


def tally(exercise: Exercise, styles: bool = True) -> Tally:
    """Try every mutant of an exercise."""
    known = equivalents(exercise)
    counts, alive = [], []
    for subject in subjects(exercise, styles):
        chosen = list(mutants(subject))
        counts.append(len(chosen))
        alive += [mutant.name for mutant in survivors(exercise, subject, chosen)]
    left = [name for name in alive if name not in known]
    stale = sorted(known.keys() - set(alive)) if styles else []
    return Tally(exercise.name, counts[0], sum(counts), len(alive) - len(left), left, stale)


def with_table(text: str, found: list[Tally]) -> str:
    """The page with its rows of these exercises replaced or added; other rows stay."""
    page, _, old = text.partition(HEADING)
    _, heading, rest = old.partition(NEXT)
    rows = rows_of(text)
    for t in found:
        rows[t.name] = _row(t.name, t.mutants, t.killed, t.equivalent, len(t.survivors))
    lines = ["| exercise | mutants | killed | equivalent | survive |", "|---|--:|--:|--:|--:|"]
    lines += [rows[name] for name in sorted(rows)]
    columns = zip(*(map(int, row.split("|")[2:-1]) for row in rows.values()))
    lines.append(_row("**all**", *map(sum, columns)))
    return f"{page.rstrip()}\n\n{HEADING}{INTRODUCTION}" + "\n".join(lines) + "\n" + heading + rest


def rows_of(page: str) -> dict[str, str]:
    """The rows of the table, by exercise."""
    table = page.partition(HEADING)[2].partition(NEXT)[0]
    return {row.split()[1]: row for row in table.splitlines() if re.match(r"\| ex\d", row)}


def _row(name: str, *numbers: int) -> str:
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"
