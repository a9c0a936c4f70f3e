"""What people take for one another, beyond the slips of the mutants: names, axes, activations.

``slips`` are what a right function may suffer; what a wrong one may need is in mended.py.
"""

import ast
from collections.abc import Iterator
from typing import Any

from grader.mutants.expressions import EITHER_WAY, changes
from grader.mutants.statements import statements
from grader.mutants.switches import Change, Scope

FAMILIES = """sum mean max min median prod|exp exp2 expm1 tanh|log log2 log10 log1p
    |sqrt square abs|logical_and logical_or logical_xor|maximum minimum add|zeros ones|std var
    |zeros_like ones_like|argmax argmin|sin cos|tril triu|vstack hstack|floor ceil round|any all
    |standard_normal normal random uniform|argsort sort"""
RELATED = {
    name: [other for other in family.split() if other != name]
    for family in FAMILIES.split("|")
    for name in family.split()
}
AXES = (-1, -2, 0, 1)
NUMBERS = (0.0, 0.5, 1.0, 2.0, 0.1, 0.9, 0.99, 0.999, 1e-3, 1e-5, 1e-8)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
TERMS, FACTORS = (ast.Add | ast.Sub), (ast.Mult | ast.Div)
BITS = (ast.BitAnd, ast.BitOr, ast.BitXor)
NEAR = 12  # other names tried for one
SIGMOID = "1 / (1 + np.exp(-{x}))"
ACTIVATIONS = {  # each with its slope, as code of x
    "tanh": ("np.tanh({x})", "(1 - np.tanh({x}) ** 2)"),
    "the sigmoid": (SIGMOID, f"({SIGMOID}) * (1 - {SIGMOID})"),
    "the leaky ReLU": ("np.where({x} > 0, {x}, 0.01 * {x})", "np.where({x} > 0, 1, 0.01)"),
    "the absolute value": ("np.abs({x})", "np.sign({x})"),
    "no activation": ("{x}", "np.ones_like({x})"),
    "SiLU": (f"{{x}} * ({SIGMOID})", f"({SIGMOID}) * (1 + {{x}} * (1 - {SIGMOID}))"),
    "GELU": ("0.5 * {x} * (1 + np.tanh(0.7978845608 * ({x} + 0.044715 * {x} ** 3)))", ""),
    "softplus": ("np.log1p(np.exp({x}))", SIGMOID),
    "ELU": ("np.where({x} > 0, {x}, np.expm1({x}))", "np.where({x} > 0, 1, np.exp({x}))"),
    "the squared ReLU": ("np.maximum({x}, 0) ** 2", "2 * np.maximum({x}, 0)"),
}


def slips(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """What may have gone wrong at a node of a right function."""
    yield from small(node)
    yield from others(node, parent, scope)
    yield from bracketed(node)
    yield from _forgotten(node)
    yield from _activations(node)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
        yield "not added up", ast.Assign([node.target], node.value)


def small(node: ast.AST) -> Iterator[Change]:
    found: Any = statements(node) if isinstance(node, ast.stmt) else changes(node)
    for change in found:
        if change.kind not in ("never done", "always done"):  # a switch of their own
            yield change.kind, change.node


def others(node: ast.AST, parent: ast.AST, scope: Scope) -> Iterator[Change]:
    """Another number, operation, function or variable of the same kind."""
    if isinstance(node, ast.Constant | ast.UnaryOp):
        yield from _numbers(node)
    elif isinstance(node, ast.BinOp):
        for family in (ARITHMETIC, BITS):
            if isinstance(node.op, family):
                for other in family:
                    yield "operator", ast.BinOp(node.left, other(), node.right)
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        for name in RELATED.get(node.attr, ()):
            yield "another function", ast.Attribute(node.value, name, node.ctx)
        if getattr(node.value, "id", "") == "self" and getattr(parent, "func", None) is not node:
            for name in scope.attributes:
                if name != node.attr:
                    yield "another variable", ast.Attribute(node.value, name, node.ctx)
    if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        yield "swapped", ast.List(node.elts[::-1], node.ctx)
    called = getattr(parent, "func", None) is node
    read = isinstance(getattr(node, "ctx", None), ast.Load)
    name = isinstance(node, ast.Name) and node.id in scope.names
    if read and not called and (name or isinstance(node, ast.Subscript)):
        yield from _names(node, scope)


def _numbers(node: ast.AST) -> Iterator[Change]:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from (("constant", ast.Constant(number)) for number in AXES if number != value)
        if value == 2:
            yield "constant", ast.Constant(4)
    elif isinstance(value, float):
        others = [*NUMBERS, 10 * value, value / 10]
        yield from (("constant", ast.Constant(number)) for number in others if number != value)


def _names(node: Any, scope: Scope) -> Iterator[Change]:
    for other in scope.near(node.lineno, NEAR + 1):
        if other != getattr(node, "id", ""):
            yield "another variable", ast.Name(other, ast.Load())


def _activations(node: ast.AST) -> Iterator[Change]:
    """Another activation for ReLU, and its slope for the gate: one kind for both."""
    which, inner = -1, None
    if isinstance(node, ast.Call) and called(node) == "maximum":
        which, inner = 0, node.args[0]
        if len(node.args) != 2 or getattr(node.args[1], "value", None) != 0:
            return
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Gt):
        which, inner = 1, node.left
        if getattr(node.comparators[0], "value", None) != 0:
            return
    if inner is not None:
        for name, code in ACTIVATIONS.items():
            if code[which]:
                tree = ast.parse(code[which].format(x=f"({ast.unparse(inner)})"), mode="eval")
                yield f"activation: {name}", tree.body


def _forgotten(node: ast.AST) -> Iterator[Change]:
    """All options of a call left out, or its last argument."""
    if isinstance(node, ast.Call) and len(node.keywords) > 1:
        yield "option dropped", ast.Call(node.func, node.args, [])
    if isinstance(node, ast.Call) and len(node.args) > 1:
        yield "argument dropped", ast.Call(node.func, node.args[:-1], node.keywords)


def bracketed(node: ast.AST) -> Iterator[Change]:
    """f(a + b) for f(a) + b, and the reverse; a sum for the larger of two."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.BinOp):
        inner = node.args[0]
        if isinstance(inner.op, ARITHMETIC):
            alone = ast.Call(node.func, [inner.left], node.keywords)
            yield "a bracket", ast.BinOp(alone, inner.op, inner.right)
    sum_ = isinstance(node, ast.BinOp) and isinstance(node.op, ARITHMETIC)
    if sum_ and isinstance(node.left, ast.Call) and len(node.left.args) == 1:
        call, operator, last = node.left, node.op, node.right
        inside = ast.BinOp(call.args[0], operator, last)
        yield "a bracket", ast.Call(call.func, [inside], call.keywords)
    yield from _reduced_apart(node)
    yield from _regrouped(node)
    two = isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords
    if two and called(node) in EITHER_WAY:
        yield "operator", ast.BinOp(node.args[0], ast.Add(), node.args[1])


def _reduced_apart(node: ast.AST) -> Iterator[Change]:
    """a.sum() * b for (a * b).sum(), and the reverse."""
    method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if method and node.func.attr in ("sum", "mean") and isinstance(node.func.value, ast.BinOp):
        inner = node.func.value
        for first, other in ((inner.left, inner.right), (inner.right, inner.left)):
            reduced = ast.Attribute(first, node.func.attr, ast.Load())
            alone = ast.Call(reduced, node.args, node.keywords)
            yield "a bracket", ast.BinOp(alone, inner.op, other)


def _regrouped(node: ast.AST) -> Iterator[Change]:
    """a * (b + c * d) for a * (b + c) * d, also without a, and the reverse of that."""
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, FACTORS):
        before, sum_ = None, node.left
        if isinstance(sum_, ast.BinOp) and isinstance(sum_.op, FACTORS):
            before, sum_ = sum_, sum_.right
        if isinstance(sum_, ast.BinOp) and isinstance(sum_.op, TERMS):
            last = ast.BinOp(sum_.right, node.op, node.right)
            whole = ast.BinOp(sum_.left, sum_.op, last)
            yield "a bracket", ast.BinOp(before.left, before.op, whole) if before else whole
        return
    inner = node.right
    if (
        isinstance(node.op, TERMS)
        and isinstance(inner, ast.BinOp)
        and isinstance(inner.op, FACTORS)
    ):
        yield (
            "a bracket",
            ast.BinOp(ast.BinOp(node.left, node.op, inner.left), inner.op, inner.right),
        )


def called(node: ast.AST) -> str:
    """The name of the function in a call, without that of its module."""
    function = getattr(node, "func", None)
    return str(getattr(function, "attr", getattr(function, "id", "")))
