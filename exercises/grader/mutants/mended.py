"""What a wrong function may need at a node: another of what people confuse, or what is left out."""

import ast
from collections.abc import Iterator
from copy import copy
from typing import Any

from grader.mutants.meant import meant
from grader.mutants.mistaken import NEAR, bracketed, called, others, small
from grader.mutants.switches import Change, Scope

REDUCTIONS = ("sum", "mean", "max", "min", "any", "all", "std", "var", "argmax")
JOINTS: dict[type[ast.operator], str] = {
    ast.Add: "have `{name}` added",
    ast.Sub: "have `{name}` subtracted",
    ast.Mult: "be multiplied by `{name}`",
    ast.Div: "be divided by `{name}`",
    ast.MatMult: "meet `{name}` in a matrix product",
}
ONE_MORE = "have `1` added"
CURVES = ("tanh", "abs", "exp", "sin", "sign", "log1p")  # that may stand for ReLU
EVEN = ("ones", "zeros", "full", "ones_like", "zeros_like")  # that may stand for random numbers


def repairs(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """What may have to change at a node of a wrong function."""
    yield from meant(node, parent, scope)
    if isinstance(node, ast.Constant | ast.UnaryOp) and _of_shape(parent):
        return  # which size is meant is a change of the whole
    yield from small(node)
    yield from others(node, parent, scope)
    yield from bracketed(node)
    yield from _turned(node, parent)
    yield from _gated(node, parent, scope)
    yield from _drawn(node)
    yield from _optional(node, scope)
    yield from _joined(node, parent, scope)
    yield from _opened(node)
    yield from _looked_up(node, parent, scope)
    if isinstance(node, ast.Tuple) and isinstance(parent, ast.Lambda) and len(node.elts) == 2:
        yield from (("bound dropped", bound) for bound in node.elts)
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield "to add", ast.AugAssign(node.targets[0], ast.Add(), node.value)
    yield from _added_at(node)
    if isinstance(parent, ast.Call) and called(parent) == "where" and node in parent.args[1:]:
        yield ONE_MORE, ast.BinOp(node, ast.Add(), ast.Constant(1))


def _added_at(node: ast.AST) -> Iterator[Change]:
    """np.add.at for +=, which adds once where a place comes up twice."""
    target = getattr(node, "target", None)
    adds = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)
    if not adds or not isinstance(target, ast.Subscript):
        return
    if not any(isinstance(inner, ast.Slice) for inner in ast.walk(target.slice)):
        at = ast.parse("np.add.at", mode="eval").body
        yield "np.add.at", ast.Expr(ast.Call(at, [target.value, target.slice, node.value], []))


def _of_shape(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "shape"


def _turned(node: ast.AST, parent: ast.AST) -> Iterator[Change]:
    """An operand of a product transposed."""
    product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    if product and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        yield "transposition", _call("swapaxes", node, ast.Constant(-1), ast.Constant(-2))


def _gated(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """ReLU for another activation, and its gate for another slope."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and called(node) in CURVES:
        yield "another function", _call("maximum", node.args[0], ast.Constant(0))
    factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    if factor and isinstance(node, ast.BinOp | ast.Compare | ast.Call):
        for name in scope.near(node.lineno, NEAR):
            if ast.unparse(node) != f"{name} > 0":
                gate = ast.Compare(ast.Name(name, ast.Load()), [ast.Gt()], [ast.Constant(0)])
                yield "a gate", gate


def _optional(node: ast.AST, scope: Scope) -> Iterator[Change]:
    """An option or an argument more, or no function at all."""
    if not isinstance(node, ast.Call):
        return
    yield from _along(node, scope)
    if not node.args or isinstance(node.args[-1], ast.Starred):
        return
    yield "call dropped", node.args[0]
    if len(node.args) > 1 and not node.keywords:
        for name in scope.near(node.lineno, NEAR):
            more = [*node.args, ast.Name(name, ast.Load())]
            yield "one argument more", ast.Call(node.func, more, [])


def _along(node: ast.Call, scope: Scope) -> Iterator[Change]:
    """A reduction of everything along an axis alone."""
    module = getattr(getattr(node.func, "value", None), "id", "") == "np"
    whole = len(node.args) == module and {option.arg for option in node.keywords} <= {"keepdims"}
    if not whole or called(node) not in REDUCTIONS:
        return
    axes: list[ast.expr] = [ast.Constant(-1), ast.Constant(0)]
    axes += [ast.Name("axis", ast.Load())] if "axis" in scope.names else []
    for axis in axes:
        options = [ast.keyword("axis", axis), ast.keyword("keepdims", ast.Constant(True))]
        if not node.keywords:
            yield "an axis", ast.Call(node.func, node.args, options[:1])
        yield "an axis", ast.Call(node.func, node.args, options)


def _drawn(node: ast.AST) -> Iterator[Change]:
    """Random numbers for ones and zeros."""
    if isinstance(node, ast.Call) and node.args and called(node) in EVEN:
        shape: ast.expr = node.args[0]
        if called(node).endswith("like"):
            shape = _call("shape", shape)
        draw = ast.parse("np.random.default_rng(1).standard_normal", mode="eval").body
        yield "random numbers", ast.Call(draw, [shape], [])


def _opened(node: ast.AST) -> Iterator[Change]:
    """A slice among several indices without one of its borders."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return
    for place, part in enumerate(node.slice.elts):
        for side in ("lower", "upper") if isinstance(part, ast.Slice) else ():
            if getattr(part, side) is not None:
                cut = copy(part)
                setattr(cut, side, None)
                elements = [*node.slice.elts[:place], cut, *node.slice.elts[place + 1 :]]
                yield "slice opened", ast.Subscript(node.value, ast.Tuple(elements), node.ctx)


def _looked_up(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """Another key of a dict; a place counted from the other end."""
    inside = isinstance(parent, ast.Subscript) and parent.slice is node
    if inside and isinstance(node, ast.Constant) and isinstance(node.value, str):
        for key in scope.keys[: 2 * NEAR]:
            if key != node.value:
                yield "another key", ast.Constant(key)
    elif inside and isinstance(node, ast.BinOp | ast.Name):
        yield "counted from the end", ast.BinOp(ast.Constant(-1), ast.Sub(), node)
    elif inside and isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "counted from the end", ast.BinOp(node.operand, ast.Sub(), ast.Constant(1))


def _joined(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """What is assigned or returned, with a sign, a factor, a term, a root."""
    whole = isinstance(parent, ast.Assign | ast.AugAssign | ast.Return | ast.AnnAssign)
    if not whole or not isinstance(node, ast.expr) or isinstance(node, ast.Lambda | ast.Tuple):
        return
    if getattr(node, "ctx", None) is not None and not isinstance(node.ctx, ast.Load):
        return
    if isinstance(node, ast.Constant | ast.List | ast.Dict | ast.ListComp | ast.DictComp):
        return
    if isinstance(node, ast.Name) and isinstance(parent, ast.Assign):
        yield "a copy", _call("array", node)
    yield "a sign", ast.UnaryOp(ast.USub(), node)
    for number in (2.0, 0.5):
        yield "a factor", ast.BinOp(node, ast.Mult(), ast.Constant(number))
    yield "a square", ast.BinOp(node, ast.Mult(), node)
    yield "have `np.sqrt` around it", _call("sqrt", node)
    yield "have `np.abs` around it", _call("abs", node)
    yield "to be taken from 1", ast.BinOp(ast.Constant(1), ast.Sub(), node)
    yield ONE_MORE, ast.BinOp(node, ast.Add(), ast.Constant(1))
    for name in scope.near(node.lineno, NEAR // 2):
        for operator, how in JOINTS.items():
            joined = ast.BinOp(node, operator(), ast.Name(name, ast.Load()))
            yield how.format(name=name), joined


def _call(name: str, *arguments: Any) -> ast.expr:
    function = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), [])
