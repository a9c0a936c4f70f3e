"""What may have been meant at a node of a wrong function: None and not 0, another size, the whole
and not a slice of it, its own sum below a fraction, equal ones left in their order."""

import ast
from collections.abc import Iterator
from typing import Any

from grader.mutants.switches import Change, Scope

GIVEN = 6  # arguments whose sizes are tried
NONE = ast.Constant(None)
READ = ast.Name | ast.Attribute | ast.Subscript | ast.Call


def meant(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """Every such change of a node."""
    yield from _none(node, parent)
    yield from _sorted(node)
    yield from _whole(node)
    yield from _sizes(node, parent, scope)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield from (
            ("its own sum", ast.BinOp(node.left, ast.Div(), total)) for total in _sums(node.left)
        )


def _sorted(node: ast.AST) -> Iterator[Change]:
    """sorted(…, reverse=True) for sorted(…)[::-1], which turns equal ones round as well."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.slice) == "::-1":
        call = node.value
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "sorted":
            option = ast.keyword("reverse", ast.Constant(True))
            yield "sorted", ast.Call(call.func, call.args, [*call.keywords, option])


def _none(node: ast.AST, parent: ast.AST) -> Iterator[Change]:
    """What is asked for its truth asked for None: 0 and what is empty are false too."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        first, other = node.values
        if isinstance(first, READ):
            yield "None alone", ast.IfExp(_is_none(first), other, first)
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    if negated and isinstance(node.operand, READ):  # type: ignore[attr-defined]
        yield "None alone", _is_none(node.operand)  # type: ignore[attr-defined]
    asked = [getattr(parent, "test", None), *getattr(parent, "ifs", ())]
    if isinstance(node, READ) and any(one is node for one in asked):
        yield "None alone", ast.Compare(node, [ast.IsNot()], [NONE])


def _is_none(node: ast.expr) -> ast.expr:
    return ast.Compare(node, [ast.Is()], [NONE])


def _whole(node: ast.AST) -> Iterator[Change]:
    """What a slice is taken of, or the slice without one of its borders."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield "slice dropped", node.value
        lower, upper, step = node.slice.lower, node.slice.upper, node.slice.step
        if lower is not None and upper is not None:
            for cut in (ast.Slice(lower, None, step), ast.Slice(None, upper, step)):
                yield "slice opened", ast.Subscript(node.value, cut, node.ctx)


def _sizes(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """The width or the length of an argument where another size stands."""
    length = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"
    size = isinstance(node, ast.Attribute) and node.attr == "size"
    axis = isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "shape"
    if not (length or size or axis) or isinstance(getattr(node, "ctx", None), ast.Store):
        return
    for name in scope.given[:GIVEN]:
        shape = ast.Attribute(ast.Name(name, ast.Load()), "shape", ast.Load())
        for place in (-1, -2, 0):
            other: Any = ast.Subscript(shape, ast.Constant(place), ast.Load())
            yield "another size", other


def _sums(of: ast.expr) -> Iterator[ast.expr]:
    """The sum of a value, over its last axis and over all."""
    function = ast.Attribute(ast.Name("np", ast.Load()), "sum", ast.Load())
    kept = [ast.keyword("axis", ast.Constant(-1)), ast.keyword("keepdims", ast.Constant(True))]
    yield from (ast.Call(function, [of], options) for options in (kept, []))
