"""Grader and companion import in no circle, a file's own and those it makes when it is called."""

import ast
from pathlib import Path

EXERCISES = Path(__file__).parents[2] / "exercises"


def imported(path: Path, files: set[Path]) -> set[Path]:
    """The files of ours that a file imports from."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    places = [EXERCISES.joinpath(*name.split(".")) for name in names]
    return files & ({p.with_suffix(".py") for p in places} | {p / "__init__.py" for p in places})


def test_no_file_imports_itself_by_way_of_others():
    files = {
        path
        for room in ("grader", "attention_workbook")
        for path in EXERCISES.glob(f"{room}/**/*.py")
    }
    left = {path: imported(path, files) - {path} for path in files}
    while free := [path for path, others in left.items() if not others & left.keys()]:
        for path in free:
            del left[path]
    assert sorted(str(path.relative_to(EXERCISES)) for path in left) == []
