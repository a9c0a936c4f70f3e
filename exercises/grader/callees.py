"""Functions of an answer that call others of it: a caller is not judged while its callee fails."""

import ast
from collections.abc import Iterator

from grader.diagnose import Step


def to_blame(source: str, steps: list[Step], step: Step) -> set[str]:
    """The functions that fail calls of their own below what a call asks for, or among it.

    As long as there are any, nothing is said of the others: what they are given is wrong. Empty
    if the functions asked for stand on their own.
    """
    functions = set(step.expected.used)
    failing = {
        s.expected.used[0]
        for s in steps
        if s.complaint is not None and len(set(s.expected.used)) == 1
    }
    if len(functions) > 1 and functions & failing:
        return functions & failing
    return _reached(_calls(source), functions) & failing - functions


def _reached(graph: dict[str, set[str]], names: set[str]) -> set[str]:
    """All functions that these call, however far down."""
    found: set[str] = set()
    ahead = [*names]
    while ahead:
        for name in graph.get(ahead.pop(), set()) - found:
            found.add(name)
            ahead.append(name)
    return found


def _calls(source: str) -> dict[str, set[str]]:
    """By function of a file: the names of it that are read inside."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return {name: set(_read(node)) & functions.keys() for name, node in functions.items()}


def _read(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load):
            yield inner.id
