"""What each published row of mutants was measured on: a seal over those files and the row.

Comments, docstrings and what a check says (``says_``) leave a seal whole: no mutant is told by
them. Whatever else changes in an exercise's checks, reference, styles or equivalents breaks it,
and the row is to be measured again.
"""

import ast
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from grader.exercise import EXERCISES, Exercise
from grader.mutants.equivalents import equivalents
from grader.mutants.tally import rows_of

FILE = Path(__file__).with_name("measured.txt")
CAPSTONE = EXERCISES / "grader" / "capstone"
SILENT = {"says_", "says"}


def broken(exercises: Iterable[Exercise], page: str) -> list[str]:
    """The exercises whose row on the page is not what was measured on their files as they are."""
    rows, seals = rows_of(page), _seals()
    return [e.name for e in exercises if seals.get(e.name) != seal(e, rows[e.name])]


def sealed(exercises: Iterable[Exercise], page: str) -> str:
    """The text of FILE with the seals of these exercises, whose rows stand on the page."""
    rows = rows_of(page)
    seals = _seals() | {e.name: seal(e, rows[e.name]) for e in exercises}
    return "".join(f"{name} {seals[name]}\n" for name in sorted(seals))


def seal(exercise: Exercise, row: str) -> str:
    """Of the files that decide over an exercise's mutants, and its row."""
    parts = list(exercise.parts)
    paths = [exercise.tests_path, exercise.reference_path, exercise.solution / "styles.py"]
    paths += [part.reference_path for part in parts]
    paths += sorted(CAPSTONE.glob("*.py")) if parts else []
    trees = [_plain(ast.parse(path.read_text("utf-8"))) for path in paths if path.is_file()]
    names = sorted(equivalents(exercise))
    return sha256(repr([trees, names, row]).encode()).hexdigest()[:16]


def _seals() -> dict[str, str]:
    lines = FILE.read_text("utf-8").splitlines() if FILE.is_file() else []
    return dict(line.split() for line in lines)


def _plain(node: Any) -> Any:
    """A syntax tree as nested lists, the same from every version of Python."""
    if isinstance(node, list):
        return [_plain(child) for child in node if not _silent(child)]
    if not isinstance(node, ast.AST):
        return repr(node)
    values = ((name, getattr(node, name, None)) for name in node._fields if name != "ctx")
    fields = ((name, _plain(value)) for name, value in values if value is not None)
    return [type(node).__name__, *(field for field in fields if field[1] != [])]


def _silent(node: Any) -> bool:
    """A docstring, or what a check says."""
    if isinstance(node, ast.keyword):
        return node.arg in SILENT
    if isinstance(node, ast.Assign):
        return isinstance(node.targets[0], ast.Name) and node.targets[0].id in SILENT
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
