"""What may go wrong in one statement: dropped, always done, or something else returned."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from grader.mutants.expressions import OPERATORS


class Change(NamedTuple):
    """A kind of slip, and what then stands in place of the statement."""

    kind: str
    node: ast.stmt


def statements(node: ast.stmt) -> Iterator[Change]:
    """Every slip that can be made at a statement."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Raise):
        yield Change("line dropped", ast.Pass())
    if isinstance(node, ast.AugAssign):
        for other in OPERATORS.get(type(node.op), []):
            changed = ast.AugAssign(node.target, other(), node.value)
            yield Change("operator", changed)
    if isinstance(node, ast.Assign) and _copies(node):
        alone = ast.Assign([node.targets[0]], node.value.args[0])  # type: ignore[attr-defined]
        yield Change("an alias for a copy", alone)
    if isinstance(node, ast.If):
        yield Change("never done", ast.If(ast.Constant(False), node.body, node.orelse))
        yield Change("always done", ast.If(ast.Constant(True), node.body, node.orelse))
    if isinstance(node, ast.Continue):
        yield Change("loop left", ast.Break())
    if isinstance(node, ast.Break):
        yield Change("loop not left", ast.Continue())


def _copies(node: ast.Assign) -> bool:
    call = node.value
    named = isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("array", "copy")
    return named and bool(call.args)  # type: ignore[attr-defined]


def returns(node: ast.Return, function: ast.FunctionDef) -> Iterator[Change]:
    """An input instead of the result, the result narrowed, an output left out."""
    value = node.value
    if value is None or isinstance(value, ast.Constant):
        return
    if function.args.args:
        yield Change("an input returned", ast.Return(ast.Name(function.args.args[0].arg)))
    narrow = ast.Attribute(ast.Name("np"), "float32")
    for place, output in enumerate(value.elts) if isinstance(value, ast.Tuple) else [(None, value)]:
        call = ast.Call(narrow, [output], [])
        if place is None:
            yield Change("narrowed", ast.Return(call))
        else:
            outputs = [*value.elts[:place], call, *value.elts[place + 1 :]]  # type: ignore[attr-defined]
            yield Change("narrowed", ast.Return(ast.Tuple(outputs, ast.Load())))
