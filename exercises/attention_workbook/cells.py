"""Puts a file together from functions of a notebook: what they call and import comes along.

A function's text is what its cell held when it was defined; of its helpers, constants and imports
those are taken that it uses, so a plot in the same cell does no harm.
"""

import ast
import builtins
import inspect
import linecache
import types
from collections.abc import Iterable, Mapping
from typing import Any

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def source_of(functions: Mapping[str, Any], stubs: Iterable[str] = ()) -> str:
    """The text of a file with these functions under these names, and stubs of the names given.

    Raises ValueError, in a sentence, for what has no text that can be read.
    """
    gathered = _Gathered()
    for name, function in functions.items():
        gathered.take(name, function)
    text = "\n\n".join([*gathered.imports, *gathered.definitions])
    stub = "def {}(*args, **kwargs):\n    raise NotImplementedError"
    return "\n\n\n".join([text, *map(stub.format, stubs)]) + "\n"


class _Gathered:
    """Statements in the order they need each other, each once."""

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.definitions: list[str] = []
        self._known: dict[str, Any] = {}

    def take(self, name: str, value: Any) -> None:
        """One of the functions asked for, under the name it is asked by."""
        function = inspect.unwrap(value) if callable(value) else value
        if not isinstance(function, types.FunctionType | type):
            raise ValueError(
                f"{name} is {_kind(value)}, not a function written here: define it with def"
            )
        cell = _cell_of(function)
        line = function.__code__.co_firstlineno if isinstance(function, types.FunctionType) else 0
        found = _statement_at(line, cell)
        defined = _target(found) or function.__name__
        self._define(defined, function, cell, found)
        if defined == name:
            return
        if name in self._known:
            raise ValueError(
                f"{defined} is handed over as {name} and calls another {name}: give that one "
                "another name"
            )
        self.definitions.append(f"{name} = {defined}")

    def _define(self, name: str, value: Any, cell: str, statement: ast.stmt | None = None) -> None:
        if name in self._known:
            if self._known[name] is not value:
                raise ValueError(f"two different things are called {name}: give one another name")
            return
        self._known[name] = value
        found = statement or _statement(name, cell)
        if found is None:
            raise ValueError(
                f"the text of {name} cannot be read: define it in a cell of this notebook, "
                "with def, and run that cell"
            )
        for used in _names(found):
            self._need(used, value, cell, by=name)
        self.definitions.append(_text(found, cell))

    def _need(self, name: str, owner: Any, cell: str, by: str) -> None:
        """A global name that a function uses."""
        scope = _globals_of(owner)
        if name not in scope or name in self._known:
            return
        value = scope[name]
        if hasattr(builtins, name) and value is getattr(builtins, name):
            return
        if (line := _import_of(name, value, cell)) is not None:
            self._known[name] = value
            self.imports.append(line)
        elif isinstance(value, types.FunctionType | type):
            self._define(name, value, _cell_of(value) or cell)
        elif isinstance(value, PLAIN) or (
            isinstance(value, tuple) and all(isinstance(part, PLAIN) for part in value)
        ):
            self._known[name] = value
            self.definitions.append(f"{name} = {value!r}")
        elif (found := _statement(name, cell)) is not None:
            self._known[name] = value
            for used in _names(found):
                self._need(used, owner, cell, by=name)
            self.definitions.append(_text(found, cell))
        else:
            raise ValueError(
                f"{by} uses {name}, {_kind(value)} of another cell, which a file of its own would "
                f"not have: define it in the cell of {by}, or hand it over as an argument"
            )


def _cell_of(value: Any) -> str:
    """The whole text that a function or class was defined in."""
    if isinstance(value, types.FunctionType):
        return "".join(linecache.getlines(value.__code__.co_filename))
    methods = (method for method in vars(value).values() if isinstance(method, types.FunctionType))
    return next(filter(None, map(_cell_of, methods)), "")


def _globals_of(value: Any) -> Mapping[str, Any]:
    if isinstance(value, types.FunctionType):
        return value.__globals__
    methods = (method for method in vars(value).values() if isinstance(method, types.FunctionType))
    return next((method.__globals__ for method in methods), {})


def _statement(name: str, cell: str) -> ast.stmt | None:
    """The last statement of a cell, at its top, that defines a name."""
    found = None
    for node in _parsed(cell).body:
        defined = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        targets = node.targets if isinstance(node, ast.Assign) else []
        if defined or any(isinstance(target, ast.Name) and target.id == name for target in targets):
            found = node
    return found


def _statement_at(line: int, cell: str) -> ast.stmt | None:
    """The statement of a cell, at its top, that holds a line."""
    for node in _parsed(cell).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        if first <= line <= (node.end_lineno or line):
            return node
    return None


def _target(node: ast.stmt | None) -> str:
    """The name that a statement gives to a function, if it gives it one."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _parsed(cell: str) -> ast.Module:
    """A cell's tree; lines for the notebook itself (%time, !ls) are blank to it."""
    lines = ["" if line.lstrip()[:1] in ("%", "!") else line for line in cell.splitlines()]
    try:
        return ast.parse("\n".join(lines))
    except SyntaxError:
        return ast.Module([], [])


def _text(node: ast.stmt, cell: str) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return "\n".join(cell.splitlines()[first - 1 : node.end_lineno])


def _names(node: ast.stmt) -> list[str]:
    """Names that are read in a statement, in order, each once."""
    read = (name for name in ast.walk(node) if isinstance(name, ast.Name))
    return list(dict.fromkeys(name.id for name in read if isinstance(name.ctx, ast.Load)))


def _import_of(name: str, value: Any, cell: str) -> str | None:
    """The line that imports what a name stands for, as it was written if the cell has it."""
    for node in ast.walk(_parsed(cell)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    return ast.unparse(_only(node, alias))
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}"
    home, original = getattr(value, "__module__", None), getattr(value, "__name__", name)
    if home and home != "__main__" and not _written_here(value):
        return f"from {home} import {original} as {name}"
    return None


def _only(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(node.module, [alias], node.level)


def _written_here(value: Any) -> bool:
    """Whether a cell's text stands behind it; what a package has is imported instead."""
    if not isinstance(value, types.FunctionType | type):
        return True
    return value.__module__ in ("__main__", None)


def _kind(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
