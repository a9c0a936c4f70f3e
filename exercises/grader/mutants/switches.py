"""All slips of a file in one source, each behind a switch: compiled once, tried by the thousand.

Every place where something may be changed asks ``_on_[place]`` which of its forms is meant: 0 is
what stands there, others are changes. So any slips may be made together, nested ones too (mutant
schemata: Untch, Offutt and Harrold, 1993).
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from grader.mutants.mutate import is_negative, reshapes, says_nothing, text_of
from grader.mutants.nodes import (
    call_of,
    chain,
    is_form,
    is_index,
    lambda_of,
    name_of,
    operands,
    rebuilt,
    role_of,
)

PRELUDE = Path(__file__).with_name("prelude.py")


class Slip(NamedTuple):
    """One change: its switch and form, its kind, both texts, its line, what the place is for."""

    place: int
    form: int
    kind: str
    before: str
    after: str
    line: int
    role: str = ""


class Scope(NamedTuple):
    """What a definition names: variables, attributes of ``self``, arguments, keys it looks up."""

    names: tuple[str, ...]
    attributes: tuple[str, ...]
    given: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    lines: tuple[tuple[str, tuple[int, ...]], ...] = ()  # where each variable stands

    def near(self, line: int, count: int) -> list[str]:
        """The variables that stand nearest to a line, and the arguments."""
        away = {name: min(abs(line - one) for one in lines) for name, lines in self.lines}
        away = {name: gap for name, gap in away.items() if name not in self.given}
        return list(dict.fromkeys([*sorted(away, key=away.__getitem__)[:count], *self.given[:6]]))


Change = tuple[str, Any]  # a kind, and the node that then stands there
Changes = Callable[[ast.AST, ast.AST, Scope], Iterator[Change]]  # of a node under a parent
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
SCOPED = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
OPEN = (ast.Slice, ast.Starred, ast.keyword, ast.comprehension)  # no values of their own
CLOSED = (ast.JoinedStr, ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)


def switched(
    source: str, changes: Changes, names: set[str] | None = None
) -> tuple[str, list[Slip]]:
    """The source with a switch at each change in the definitions named, and what each one is."""
    tree, maker = ast.parse(source), _Maker(changes)
    body: list[ast.stmt] = []
    for node in tree.body:
        lambda_ = isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
        name = getattr(node, "name", "")
        if lambda_ and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        if (isinstance(node, DEFINITIONS) or lambda_) and (names is None or name in names):
            maker.scope = scope_of(node)
            body += maker.statement(node)
        else:
            body.append(node)
    future = [node for node in body if isinstance(node, ast.ImportFrom)
              and node.module == "__future__"]  # fmt: skip
    prelude = ast.parse(PRELUDE.read_text(encoding="utf-8")).body[1:]
    prelude.append(ast.parse(f"_choose_([], False, {maker.places + 1})").body[0])
    rest = [node for node in body if node not in future]
    whole = ast.Module([*future, *prelude, *rest], [])
    return ast.unparse(ast.fix_missing_locations(whole)), maker.slips


def scope_of(root: ast.AST) -> Scope:
    """What is bound or looked up anywhere in a definition, in order."""
    names, attributes = dict[str, None](), dict[str, None]()
    keys = dict[str, None]()
    for node in ast.walk(root):
        if isinstance(node, ast.arg) and node.arg != "self":
            names[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "self":
            attributes[node.attr] = None
        elif isinstance(node, ast.Subscript):
            key = getattr(node.slice, "value", None)
            keys |= {key: None} if isinstance(key, str) else {}
    given = [arg.arg for arg in getattr(getattr(root, "args", None), "args", [])]
    given = [name for name in given if name != "self"]
    lines: dict[str, list[int]] = {}
    for node in ast.walk(root):
        if isinstance(node, ast.Name | ast.arg):
            lines.setdefault(getattr(node, "id", getattr(node, "arg", "")), []).append(node.lineno)
    known = tuple((name, tuple(lines[name])) for name in names)
    return Scope(tuple(names), tuple(attributes), tuple(given), tuple(keys), known)


def _joins(other: Any, node: ast.AST) -> bool:
    """Whether a change joins something to a node as it stands: told without unparsing it."""
    return isinstance(other, ast.BinOp) and other.left is node


def _joined_text(before: str, other: ast.BinOp) -> str:
    return f"{before} {type(other.op).__name__} {text_of(other.right)}"


class _Maker:
    def __init__(self, changes: Changes) -> None:
        self.changes, self.slips, self.places = changes, list[Slip](), 0
        self.scope, self.default = Scope((), ()), ""
        self.done: dict[int, ast.expr] = {}  # expressions of the source, switched

    def _noted(
        self, node: ast.AST, found: list[Change], line: int, role: str = ""
    ) -> tuple[int, list[Any]]:
        """A place for a node, and its other forms; 0 if it has none."""
        before, known, forms = text_of(node), set(), list[Any]()
        known.add(before)
        for kind, other in found:
            after = _joined_text(before, other) if _joins(other, node) else text_of(other)
            if after not in known and not isinstance(other, ast.Starred):  # no value of its own
                known.add(after)
                forms.append(other)
                place = self.places + 1
                self.slips.append(Slip(place, len(forms), kind, before, after, line, role))
        self.places += bool(forms)
        return (self.places if forms else 0), forms

    # Statements

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        if says_nothing(node):
            return [node]
        if isinstance(node, ast.FunctionDef):
            return [self._function(node)]
        if isinstance(node, ast.ClassDef):
            inner = [self._function(child) if isinstance(child, ast.FunctionDef) else child
                     for child in node.body]  # fmt: skip
            return [rebuilt(node, {}, body=inner)]
        put, bodies = dict[int, Any](), dict[str, Any]()
        for field, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                bodies[field] = [new for statement in value for new in self.statement(statement)]
            elif field != "annotation":
                for child in value if isinstance(value, list) else [value]:
                    self._inside(child, node, put)
        whole = rebuilt(node, put, **bodies)
        if isinstance(node, ast.If):
            found = [("never done", ast.Constant(False)), ("always done", ast.Constant(True))]
            place, forms = self._noted(node.test, found, node.lineno)
            whole.test = chain(place, whole.test, forms)
            return [whole]
        place, forms = self._noted(node, list(self.changes(node, node, self.scope)), node.lineno)
        for form, other in enumerate(forms, 1):
            whole = ast.If(is_form(place, form), [other], [whole])
        return [whole]

    def _function(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Its defaults are looked up in the call, where the switch is set by then."""
        told = int(says_nothing(node.body[0]))
        arguments, first = node.args, list[ast.stmt]()
        pairs = [*zip(arguments.args[::-1], arguments.defaults[::-1]),
                 *zip(arguments.kwonlyargs, arguments.kw_defaults)]  # fmt: skip
        put = dict[int, Any]()
        for argument, default in pairs:
            if default is not None:
                self.default = f"the default of `{argument.arg}`"
                new = self.expression(default, node)
                self.default = ""
                if new is not default:
                    unset = ast.Compare(name_of(argument.arg), [ast.Is()], [name_of("_unset_")])
                    value = ast.IfExp(unset, new, name_of(argument.arg))
                    first.append(ast.Assign([ast.Name(argument.arg, ast.Store())], value))
                    put[id(default)] = name_of("_unset_")
        body = [new for statement in node.body[told:] for new in self.statement(statement)]
        return rebuilt(node, put, body=[*node.body[:told], *first, *body])

    def _inside(self, child: Any, parent: ast.AST, put: dict[int, Any]) -> None:
        """Switch what is evaluated in a child of any kind."""
        stored = isinstance(getattr(child, "ctx", None), ast.Store)
        if stored or isinstance(child, OPEN) or is_index(child):
            for grandchild in ast.iter_child_nodes(child):
                self._inside(grandchild, child, put)
        elif isinstance(child, ast.expr):
            put[id(child)] = self.expression(child, parent)

    # Expressions

    def expression(self, node: ast.expr, parent: ast.AST) -> ast.expr:
        self.done[id(node)] = new = self._expression(node, parent)
        return new

    def _expression(self, node: ast.expr, parent: ast.AST) -> ast.expr:
        if isinstance(node, CLOSED) or (reshapes(parent) and is_negative(node)):
            return node
        children = [] if is_negative(node) else [*operands(node)]
        put = dict[int, Any]()
        if not is_negative(node):
            for child in ast.iter_child_nodes(node):
                self._inside(child, node, put)
        found = list(self.changes(node, parent, self.scope))
        role = self.default or role_of(node, parent)
        place, forms = self._noted(node, found, node.lineno, role) if found else (0, [])
        if not forms:
            return rebuilt(node, put) if put else node
        if isinstance(node, SCOPED) or not children:
            first = rebuilt(node, put)
            others = [rebuilt(form, {id(node): first}) for form in forms]
            return chain(place, first, others)
        lazy = isinstance(node, ast.BoolOp | ast.IfExp)
        call: Callable[[str], ast.expr] = call_of if lazy else name_of
        inner = {id(child): call(f"_c{i}_") for i, child in enumerate(children)}
        first = rebuilt(node, {**put, **inner})
        others = [rebuilt(form, self.done | inner | {id(node): first}) for form in forms]
        values = [put.get(id(child), child) for child in children]
        if lazy:
            values = [lambda_of([], value) for value in values]
        names = [f"_c{i}_" for i in range(len(children))]
        return ast.Call(lambda_of(names, chain(place, first, others)), values, [])
