"""All mutants of one function or class: its source with one slip, and a name that stays."""

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from grader.mutants.expressions import changes
from grader.mutants.statements import returns, statements


class Mutant(NamedTuple):
    """One slip. ``name`` tells it by function, kind and text, not by line; ``source`` is whole."""

    name: str
    source: str


Definition = ast.FunctionDef | ast.ClassDef


def mutants_of(source: str, names: list[str] | None = None) -> Iterator[Mutant]:
    """Every mutant of a file, in the functions named, or in all."""
    tree = ast.parse(source)
    pieces = [ast.unparse(node) for node in tree.body]
    for place, definition in enumerate(tree.body):
        if isinstance(definition, Definition) and (names is None or definition.name in names):
            seen: Counter[str] = Counter()
            texts = {pieces[place]}
            for slip in _slips(definition):
                text = ast.unparse(definition)
                name = f"{definition.name} | {slip}"
                seen[name] += 1
                if text not in texts:  # the same text twice is one mutant
                    texts.add(text)
                    times = f" | {seen[name]}" if seen[name] > 1 else ""
                    whole = [*pieces[:place], text, *pieces[place + 1 :]]
                    yield Mutant(name + times, "\n".join(whole))


def _slips(root: Definition) -> Iterator[str]:
    """Make one slip at a time in the tree, say which, and take it back."""
    for owner, field, place, node, line in list(_places(root, root)):
        found = statements(node) if isinstance(node, ast.stmt) else changes(node)
        if isinstance(node, ast.Return) and isinstance(root, ast.FunctionDef):
            found = [*found, *returns(node, root)]
        before = text_of(node)
        for change in found:
            _put(owner, field, place, change.node)
            after = text_of(change.node)
            where = "" if isinstance(node, ast.stmt) else f" | {text_of(line)}"
            yield f"{change.kind} | {before} → {after}{where}"
            _put(owner, field, place, node)


def text_of(node: ast.AST) -> str:
    """A node's first line of code, a decorator apart; a definition's is its signature."""
    if isinstance(node, ast.Name):
        return node.id
    whole = node if isinstance(node, ast.expr) else ast.fix_missing_locations(node)
    lines = ast.unparse(whole).splitlines()
    return next(line for line in lines if not line.startswith("@"))[:100]


def _put(owner: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[place] = node


Place = tuple[ast.AST, str, int | None, ast.AST, ast.AST]


def _places(node: ast.AST, line: ast.AST) -> Iterator[Place]:
    """Where each statement and expression hangs, and in which line; not in annotations, docs."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            inner = child if isinstance(child, ast.stmt) else line
            if says_nothing(child) or (reshapes(node) and is_negative(child)):
                continue  # NumPy takes any negative number for "the rest"
            if isinstance(child, ast.stmt | ast.expr):
                yield node, field, place, child, inner
            if isinstance(child, ast.AST) and not is_negative(child):
                yield from _places(child, inner)


def says_nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def reshapes(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reshape"


def is_negative(node: ast.AST) -> bool:
    """A constant with a minus sign is one number, and changed as one."""
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    return minus and isinstance(node.operand, ast.Constant)  # type: ignore[attr-defined]
