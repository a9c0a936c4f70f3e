"""What may go wrong in one expression: for a node of the syntax tree, the nodes to put there."""

import ast
from collections.abc import Iterator
from copy import deepcopy
from typing import NamedTuple


class Change(NamedTuple):
    """A kind of slip, and what then stands in place of the node."""

    kind: str
    node: ast.expr


OPERATORS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div],
    ast.Pow: [ast.Mult],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
}
COMPARISONS: dict[type, list[type]] = {
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.GtE],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
PAIRS = """sum/mean max/min amax/amin maximum/minimum any/all argmax/argmin sin/cos zeros/ones
    zeros_like/ones_like floor/ceil log/log2 exp/exp2 std/var tril/triu append/extend left/right
    float64/float32 logical_and/logical_or standard_normal/random normal/laplace cumsum/cumprod
    keys/values"""
NAMES = {a: b for pair in PAIRS.split() for a, b in (pair.split("/"), pair.split("/")[::-1])}
NAMES |= {"float32": "float64"}
EITHER_WAY = {
    "maximum",
    "minimum",
    "max",
    "min",
    "swapaxes",
    "allclose",
    "logical_and",
    "logical_or",
}
THE_SAME_WITHOUT = {  # a call that may be forgotten: what it was called on, or its first argument
    *("abs", "sqrt", "exp", "square", "sorted", "list", "tuple", "set", "reversed", "int", "float"),
    *("array", "asarray", "copy", "astype", "lower", "casefold", "strip", "swapaxes", "transpose"),
    *("moveaxis", "ravel", "clip", "cumsum", "round", "ascontiguousarray", "broadcast_to", "dict"),
}


def changes(node: ast.AST) -> Iterator[Change]:
    """Every slip that can be made at an expression."""
    if isinstance(node, ast.Constant):
        yield from _constants(node)
    elif isinstance(node, ast.BinOp):
        yield from _binary(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        yield from _constants(ast.Constant(-node.operand.value))  # type: ignore[operator]
    elif isinstance(node, ast.UnaryOp):
        yield Change("sign or not dropped", node.operand)
    elif isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Change("and/or", ast.BoolOp(other, node.values))
        yield Change("condition dropped", node.values[0])
        yield Change("condition dropped", node.values[-1])
    elif isinstance(node, ast.IfExp):
        yield Change("branch", node.body)
        yield Change("branch", node.orelse)
    elif isinstance(node, ast.Attribute):
        yield from _attributes(node)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        for i in range(len(node.elts) - 1):
            elements = [*node.elts]
            elements[i : i + 2] = elements[i : i + 2][::-1]
            yield Change("swapped", ast.Tuple(elements, ast.Load()))
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield from _slices(node)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield from _comprehensions(node)


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        others: list[object] = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1] + [-value] * (abs(value) == 1)
    elif isinstance(value, float):
        others = [0.0, 2 * value + (value == 0), value / 2] + [10 * value] * (0 < value < 0.01)
        others += [1e3] * (value == 1e4)
    else:
        others = []
    for other in dict.fromkeys(others):
        if other != value:
            yield Change("constant", ast.Constant(other))


def _binary(node: ast.BinOp) -> Iterator[Change]:
    for other in OPERATORS.get(type(node.op), []):
        yield Change("operator", ast.BinOp(node.left, other(), node.right))
    if not isinstance(node.op, ast.MatMult):
        yield Change("term dropped", node.left)
    if not isinstance(node.op, ast.MatMult | ast.Pow):
        yield Change("term dropped", node.right)
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow):
        yield Change("swapped", ast.BinOp(node.right, node.op, node.left))
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        yield Change("term repeated", ast.BinOp(node, node.op, node.right))
    if isinstance(node.op, ast.Pow):  # a root or power taken from a worked example of width 4
        yield Change("plausible constant", ast.Constant(0.5))
        yield Change("plausible constant", ast.Constant(2.0))


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for i, operator in enumerate(node.ops):
        for other in COMPARISONS.get(type(operator), []):
            operators = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield Change("comparison", ast.Compare(node.left, operators, node.comparators))


def _attributes(node: ast.Attribute) -> Iterator[Change]:
    if not isinstance(node.ctx, ast.Load):
        return
    if node.attr in ("T", "mT"):
        yield Change("transposition dropped", node.value)
    elif node.attr in NAMES:
        yield Change("another function", ast.Attribute(node.value, NAMES[node.attr], node.ctx))
    elif node.attr == "inf":
        yield Change("plausible constant", ast.Constant(1e4))


def _calls(node: ast.Call) -> Iterator[Change]:
    method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if not method and name in NAMES:
        function = ast.Name(NAMES[name], ast.Load())
        yield Change("another function", ast.Call(function, node.args, node.keywords))
    on_module = method and getattr(node.func.value, "id", "") in ("np", "math", "numpy")
    if name in THE_SAME_WITHOUT:
        if method and not on_module:
            yield Change("call dropped", node.func.value)
        elif node.args and name not in ("asarray", "ascontiguousarray"):
            yield Change("call dropped", node.args[0])
    if name == "sqrt":
        yield Change("plausible constant", ast.Constant(2.0))
        yield Change("cut to an int", ast.Call(ast.Name("int", ast.Load()), [node], []))
    if name == "where" and len(node.args) == 3:
        yield Change("where dropped", node.args[1])
        yield Change("where dropped", node.args[2])
    if name in ("maximum", "minimum", "max", "min") and len(node.args) == 2:
        yield Change("bound dropped", node.args[0])
        yield Change("bound dropped", node.args[1])
    for i in range(0 if name in EITHER_WAY else len(node.args) - 1):
        arguments = [*node.args]
        arguments[i : i + 2] = arguments[i : i + 2][::-1]
        yield Change("swapped", ast.Call(node.func, arguments, node.keywords))
    for keyword in node.keywords:
        others = [k for k in node.keywords if k is not keyword]
        yield Change("option dropped", ast.Call(node.func, node.args, others))
    if name == "reshape":
        order = ast.keyword("order", ast.Constant("F"))
        yield Change("reshaped order", ast.Call(node.func, node.args, [*node.keywords, order]))
    if name == "range":
        last = ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))
        end = [*node.args[:-1], last] if len(node.args) < 3 else node.args
        yield Change("range cut short", ast.Call(node.func, end, []))


def _slices(node: ast.Subscript) -> Iterator[Change]:
    for side in ("lower", "upper"):
        bound = getattr(node.slice, side)
        if bound is not None:
            for kind, other in (
                ("slice opened", None),
                ("slice shifted", ast.BinOp(bound, ast.Add(), ast.Constant(1))),
            ):
                cut = deepcopy(node.slice)
                setattr(cut, side, other)
                yield Change(kind, ast.Subscript(node.value, cut, node.ctx))


def _comprehensions(node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Iterator[Change]:
    if any(loop.ifs for loop in node.generators):
        open_ = deepcopy(node)
        for loop in open_.generators:
            loop.ifs = []
        yield Change("condition dropped", open_)
