"""The rules of the workbook, and the reading of a student's file that finds them broken.

Reading finds what is written plainly, with its line; fence.py catches the rest while it runs, and
kernel.py lets nothing come of what neither sees.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeGuard

WRITE_IT = "the exercise is to write it yourself, with NumPy"
OUTSIDE = "an answer computes; it has no business with processes, files or the interpreter"
LEAVE_MODULES = "leave other people's modules as they are"

FORBIDDEN_MODULES = {
    "attention": "it is the toolkit this workbook rebuilds; write the function yourself",
    "user_profile": "it is built on the toolkit this workbook rebuilds",
    "solutions": "the solutions are for reading after you have answered",
    "grader": "the grader is not part of an answer",
    "torch": WRITE_IT,
    "tensorflow": WRITE_IT,
    "jax": WRITE_IT,
    "keras": WRITE_IT,
    "autograd": WRITE_IT,
    "sklearn": WRITE_IT,
    "cupy": WRITE_IT,
    "numba": WRITE_IT,
    "scipy": WRITE_IT + " (only scipy.sparse is allowed)",
    "ctypes": OUTSIDE,
    "_ctypes": OUTSIDE,
    "cffi": OUTSIDE,
    "subprocess": OUTSIDE,
    "_posixsubprocess": OUTSIDE,
    "multiprocessing": OUTSIDE,
    "socket": OUTSIDE,
    "importlib": OUTSIDE,
    "imp": OUTSIDE,
    "pkgutil": OUTSIDE,
    "runpy": OUTSIDE,
    "tracemalloc": OUTSIDE,
    "_tracemalloc": OUTSIDE,
    "shutil": OUTSIDE,
    "pty": OUTSIDE,
    "pytest": OUTSIDE,
    **dict.fromkeys(("readline", "mmap", "resource", "fcntl"), OUTSIDE),
    "matplotlib": "the grader's process draws nothing; plot in a file of your own",
}
ALLOWED_MODULES = ("scipy.sparse",)
LONGEST_NAME = 12  # parts of a dotted name that a rule may forbid
IN_PLAIN_CODE = "write the code itself, so that it can be read"
DEBUGGER = (
    "the grader's process has no terminal for a debugger; replay a case in your own Python with "
    "the three lines that --show CHECK prints"
)
FORBIDDEN_NAMES = {
    "breakpoint": DEBUGGER,
    "pdb.set_trace": DEBUGGER,
    **dict.fromkeys(("exec", "eval", "compile", "__import__"), IN_PLAIN_CODE),
    **dict.fromkeys(("sys.modules", "sys.meta_path", "sys.path_hooks", "sys._getframe"), OUTSIDE),
    **dict.fromkeys(("sys.settrace", "sys.setprofile", "sys.addaudithook"), OUTSIDE),
    **dict.fromkeys(("os.environ", "os.getenv", "os.pidfd_open"), OUTSIDE),
    **dict.fromkeys(("_thread.start_new", "_thread.start_joinable_thread"), OUTSIDE),
}
FORBIDDEN_ATTRIBUTES = {  # ways from a value into the interpreter
    *("__self__", "__globals__", "__closure__", "__code__", "__builtins__", "__subclasses__"),
    *("__traceback__", "tb_frame", "tb_next", "gi_frame", "cr_frame"),
    *("f_back", "f_locals", "f_globals", "f_builtins"),
}


class Violation(NamedTuple):
    """A rule broken at a line of the student's file."""

    line: int
    text: str


def module_rule(name: str) -> str | None:
    """Why a module may not be imported by an answer, or None if it may."""
    if any(name == allowed or name.startswith(allowed + ".") for allowed in ALLOWED_MODULES):
        return None
    return FORBIDDEN_MODULES.get(name.partition(".")[0])


def broken_rules(tree: ast.Module, forbidden: Mapping[str, str]) -> list[Violation]:
    """Every forbidden import and forbidden name of a file, in the order of its lines.

    ``forbidden`` maps dotted names ("numpy.linalg.norm", or "np.linalg.norm") to the reason.
    """
    tree = without_main(tree)
    forbidden = {**FORBIDDEN_NAMES, **forbidden}
    banned = {_unalias(name, {"np": "numpy"}): why for name, why in forbidden.items()}
    names = _imported_names(tree)
    found = [
        Violation(line, f"`{name}` may not be imported: {why}")
        for line, name in _imports(tree)
        if (why := _import_rule(name, banned))
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
            found.append(Violation(node.lineno, f"`{node.attr}` may not be used: {OUTSIDE}"))
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
            dotted = _unalias(_dotted(node), names)
            if dotted in banned:
                found.append(
                    Violation(node.lineno, f"`{dotted}` may not be used: {banned[dotted]}")
                )
        elif isinstance(node, ast.Attribute) and _dotted(node).partition(".")[0] in names:
            dotted = _unalias(_dotted(node), names)
            found.append(Violation(node.lineno, f"your code replaces `{dotted}`: {LEAVE_MODULES}"))
    return sorted(set(found))


def _import_rule(name: str, banned: Mapping[str, str]) -> str | None:
    return banned.get(name) or module_rule(name)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Local name to the dotted name it was imported as."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                names[local] = alias.name if alias.asname else local
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, "" for what does not begin with a name or is longer than any rule."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < LONGEST_NAME:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _unalias(dotted: str, names: Mapping[str, str]) -> str:
    head, dot, rest = dotted.partition(".")
    return names.get(head, head) + dot + rest


def without_main(tree: ast.Module) -> ast.Module:
    """The file as an import runs it: without what stands under ``if __name__ == "__main__"``."""
    body = [part for node in tree.body for part in (node.orelse if _is_main(node) else [node])]
    return ast.Module(body, tree.type_ignores)


def _is_main(node: ast.stmt) -> TypeGuard[ast.If]:
    """Told by its parts: a long test, taken as a text, would be nested too deep."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = (node.test.left, *node.test.comparators)
    words = [getattr(side, "id", getattr(side, "value", None)) for side in sides]
    return words == ["__name__", "__main__"] and isinstance(node.test.ops[0], ast.Eq)


def stub_lines(tree: ast.Module) -> dict[str, tuple[int, int]]:
    """First and last line of each function that starts with ``raise NotImplementedError``."""
    stubs = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body and _raises_not_implemented(body[0]):
                stubs[node.name] = (node.lineno, node.end_lineno or node.lineno)
    return stubs


def is_untouched(tree: ast.Module) -> bool:
    """Whether a file still holds nothing but a docstring, imports, constants and stubs."""
    stubs = stub_lines(tree)
    functions = [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return bool(functions) and all(node.name in stubs for node in functions)


def _raises_not_implemented(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
