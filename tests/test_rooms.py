"""Each storey imports only from those below it: the law of the rooms, read from the imports."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STOREYS = {
    "attention": (
        ("files",),
        ("ops",),
        ("fast", "tokens"),
        ("layers",),
        ("parallel",),
        ("training",),
        ("decoding",),
        ("pretrained",),
        ("text",),
        ("plot",),
    ),
    "profile/user_profile": (
        ("errors",),
        ("tables", "dates"),
        ("log",),
        ("features",),
        ("model",),
        ("training",),
        ("privacy", "serving"),
        ("judging",),
        ("baselines", "sequences"),
        ("commands",),
    ),
}


def imported(path: Path, package: Path) -> set[str]:
    """The rooms of ``package`` that a file imports from."""
    here = path.relative_to(package.parent).parent.parts
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names: list[tuple[str, ...]] = []
        if isinstance(node, ast.ImportFrom):
            above = here[: len(here) + 1 - node.level] if node.level else ()
            module = (*above, *(node.module or "").split("."))
            names = [tuple(part for part in (*module, alias.name) if part) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        rooms |= {name[1] for name in names if len(name) > 1 and name[0] == package.name}
    return rooms


def upward(package: Path, storeys: tuple[tuple[str, ...], ...]) -> list[str]:
    """What breaks the law, a line each."""
    storey = {room: number for number, rooms in enumerate(storeys) for room in rooms}
    said = []
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).with_suffix("").parts[0]
        if room not in storey:
            continue
        for other in sorted(imported(path, package) - {room}):
            if storey.get(other, -1) >= storey[room]:
                said.append(f"{path.relative_to(package)} imports {other}")
    return said


@pytest.mark.parametrize("package", STOREYS)
def test_rooms_import_downwards_only(package):
    assert upward(ROOT / package, STOREYS[package]) == []


@pytest.mark.parametrize("package", STOREYS)
def test_every_room_stands_in_the_law(package):
    rooms = {path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").exists()}
    assert rooms <= {room for storey in STOREYS[package] for room in storey}


@pytest.mark.parametrize("package", STOREYS)
def test_files_of_a_room_import_in_no_circle(package):
    imports = {path: neighbours(path) for path in (ROOT / package).rglob("*.py")}
    while free := [path for path, others in imports.items() if not others & set(imports)]:
        for path in free:
            del imports[path]
    assert [str(path.relative_to(ROOT)) for path in imports] == []


def neighbours(path: Path) -> set[Path]:
    """The files of the same room that a file imports from, at once or when it is called."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names = [node.module] if node.module else [alias.name for alias in node.names]
            found |= {path.with_name(f"{name}.py") for name in names}
    return found


def test_the_tests_stand_in_the_rooms_of_what_they_test():
    """Rooms of `attention` without a folder of tests have files in `tests/attention`."""
    own = {"attention", "benchmarks", "docs", "golden", "user_profile", "workbook"}
    for tests, package, others in (
        ("tests", "attention", own),
        ("tests/user_profile", "profile/user_profile", set()),
    ):
        rooms = {room for storey in STOREYS[package] for room in storey}
        folders = {path.parent.name for path in (ROOT / tests).glob("*/__init__.py")}
        assert folders <= rooms | others
    assert folders >= rooms - {"errors", "tables", "dates"}


def test_what_is_where_names_every_room_and_fits_a_screen():
    page = (ROOT / "README.md").read_text("utf-8")
    table = page.split("## What is where\n")[1].split("\n## ")[0]
    assert len(table.splitlines()) <= 40
    for package in STOREYS:
        rooms = [path.parent.name for path in (ROOT / package).glob("*/__init__.py")]
        assert [room for room in rooms if f"`{room}`" not in table] == []


def test_an_import_from_above_is_found(tmp_path):
    package = tmp_path / "house"
    for room, text in (
        ("low", "from ..high import roof\n"),
        ("high", "from ..low.cellar import x"),
    ):
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").write_text(text)
    assert upward(package, (("low",), ("high",))) == ["low/__init__.py imports high"]


def test_every_benchmark_finds_what_it_measures() -> None:
    import tests.benchmarks

    for module in pkgutil.iter_modules(tests.benchmarks.__path__):
        if module.name not in ("__main__", "torch_step"):  # the one runs, the other needs torch
            found = importlib.import_module(f"tests.benchmarks.{module.name}")
            assert found.__doc__, f"{module.name} does not say what it measures"


TOLD = [
    *(f"attention/{room}" for room in ("decoding", "files", "parallel", "pretrained", "text")),
    *("attention/tokens", "attention/training", "profile/user_profile/log/readers"),
    *(f"profile/user_profile/{room}" for storey in STOREYS["profile/user_profile"][2:-1]
      for room in storey),
]  # fmt: skip


@pytest.mark.parametrize("room", TOLD)
def test_a_room_tells_its_reading_order(room):
    """Each file of it is named where the room begins; commands are files of their own names."""
    begin = ROOT / room / "__init__.py"
    words = set(re.findall(r"\w+", ast.get_docstring(ast.parse(begin.read_text("utf-8"))) or ""))
    files = {path.stem for path in begin.parent.glob("*.py")} - {"__init__", "__main__"}
    assert sorted(files - words) == []
