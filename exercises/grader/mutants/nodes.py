"""Nodes of a syntax tree with switches: copies, chains of forms, and what a number is there for."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.mutants.mutate import is_negative

REDUCTIONS = (
    "sum",
    "mean",
    "max",
    "min",
    "any",
    "all",
    "std",
    "var",
    "argmax",
    "argsort",
    "cumsum",
)


def role_of(node: ast.AST, parent: ast.AST) -> str:
    """What a number is there for, "" where it cannot be said in few words."""
    if not isinstance(node, ast.Constant) and not is_negative(node):
        return ""
    if isinstance(parent, ast.keyword) and parent.arg:
        return f"`{parent.arg}`"
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and node is parent.right:
        return "the exponent"
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and node is parent.right:
        return "the divisor"
    roles = {ast.Subscript: "an index", ast.Slice: "the border of a slice",
             ast.Compare: "the border of a comparison"}  # fmt: skip
    if isinstance(parent, ast.Call) and node in parent.args:
        place, name = parent.args.index(node), ast.unparse(parent.func)[:30]
        axis = name.rpartition(".")[2] in REDUCTIONS and place == name.startswith("np.")
        return f"the axis of `{name}`" if axis else f"argument {place + 1} of `{name}`"
    return roles.get(type(parent), "")


def operands(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression is made of, so far as it may be worked out beforehand."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword):
            child = child.value
        plain = isinstance(child, ast.expr) and not isinstance(child, ast.Slice | ast.Starred)
        if not plain or isinstance(child, ast.Constant):
            continue
        if is_index(child):
            continue
        if isinstance(getattr(child, "ctx", ast.Load()), ast.Load):
            yield child


def is_index(node: ast.AST) -> bool:
    """A tuple with a slice in it stands in square brackets only."""
    return isinstance(node, ast.Tuple) and any(isinstance(part, ast.Slice) for part in node.elts)


def rebuilt(node: Any, put: dict[int, Any], **fields: Any) -> Any:
    """A copy of a tree with other nodes in place of some, which are known by their identity."""
    if id(node) in put:
        return put[id(node)]
    if not isinstance(node, ast.AST):
        return node
    new = {}
    for name, value in ast.iter_fields(node):
        if name in fields:
            new[name] = fields[name]
        elif isinstance(value, list):
            new[name] = [rebuilt(child, put) for child in value]
        else:
            new[name] = rebuilt(value, put)
    return (
        ast.copy_location(type(node)(**new), node) if hasattr(node, "lineno") else type(node)(**new)
    )


def is_form(place: int, form: int) -> ast.expr:
    switch = ast.Subscript(name_of("_on_"), ast.Constant(place), ast.Load())
    return ast.Compare(switch, [ast.Eq()], [ast.Constant(form)])


def chain(place: int, first: ast.expr, forms: list[Any]) -> ast.expr:
    """What stands there if its switch is 0, the other forms by their numbers."""
    if not forms:
        return first
    last = forms[-1]
    for form in range(len(forms) - 1, 0, -1):
        last = ast.IfExp(is_form(place, form), forms[form - 1], last)
    return ast.IfExp(is_form(place, 0), first, last)


def name_of(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def call_of(name: str) -> ast.expr:
    return ast.Call(name_of(name), [], [])


def lambda_of(names: list[str], body: ast.expr) -> ast.expr:
    arguments = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
    return ast.Lambda(arguments, body)
